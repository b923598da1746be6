"""A program for tests: writes the same runs in an order of its own, or refreshes until it is told to stop.

python rollup_process.py DATABASE_URL write SEED TIMES
python rollup_process.py DATABASE_URL refresh          (until its standard input ends)
"""

import random
import sys
import threading
from decimal import Decimal

from longpole import runtime
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import write_records

NOW = 20_500 * 86_400 * 10**9
MINUTE = 60 * 10**9
RUNS, BATCH = 120, 10


def record(number: int) -> RunRecord:
    """One of the runs; always the same."""
    chance = random.Random(number)
    end = NOW - chance.randrange(2_000) * MINUTE
    start = end - chance.randrange(1, 10_000) * 1_000_000
    nodes = tuple(
        NodeExecution(
            f"run-{number}",
            name,
            name,
            "llm",
            name.upper(),
            start_ns=start + place * (end - start) // 3,
            end_ns=start + (place + 1) * (end - start) // 3,
            status=chance.choice(list(NodeStatus)),
            model="m",
            tokens=TokenUsage(chance.randrange(100), chance.randrange(100)),
            cost_usd=Decimal(chance.randrange(100)) / 1000,
        )
        for place, name in enumerate("abc")
    )
    return RunRecord(
        Run(
            f"run-{number}",
            "app",
            chance.choice(["flow", "other"]),
            workflow_version=chance.choice([None, "1", "2"]),
            status=chance.choice(list(RunStatus)),
            is_ended=True,
            start_ns=start,
            end_ns=end,
            node_count=3,
        ),
        nodes,
    )


def write(made: Runtime, seed: int, times: int) -> None:
    """Write all runs so many times, each time in another order."""
    chance = random.Random(seed)
    for _ in range(times):
        numbers = chance.sample(range(RUNS), RUNS)
        for begin in range(0, RUNS, BATCH):
            with writing(made.engine) as connection:
                write_records(connection, [record(number) for number in numbers[begin : begin + BATCH]], now_ns=NOW)


def refresh() -> None:
    """Refresh again and again; says so when it begins."""
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    print("refreshing", flush=True)  # noqa: T201 - whoever started this waits for it
    while not stop.is_set():
        rollups.refresh(everything=True)


if __name__ == "__main__":
    url, what, *numbers = sys.argv[1:]
    made = Runtime(Settings(database_url=url), clock=lambda: NOW)
    with runtime.use(made):
        if what == "write":
            write(made, *map(int, numbers))
        else:
            refresh()
    made.close()

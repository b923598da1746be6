"""A program for tests, to be killed: changes runs at random, or refreshes, and says so after each transaction.

It is run in a process of its own, which is forked from one that has imported
everything already; `task` and `done` are put into it.

    churn      changes runs until killed
    refresh    refreshes until killed
    settle     writes every run as it is in the end
"""

import random
from decimal import Decimal
from multiprocessing.synchronize import Semaphore

from longpole import runtime
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.runtime import Runtime
from longpole.services import custom_metrics, rollups, trends
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import delete_runs, write_records

NOW = 20_500 * 86_400 * 10**9
MINUTE = 60 * 10**9
RUNS, STATES, MOST_AT_ONCE = 60, 4, 8
_SECONDS = 0.1


def record(number: int, state: int) -> RunRecord:
    """What is known of a run in one of its states: later ones move it to another time, workflow or version."""
    chance = random.Random(number * STATES + state)
    end = NOW - chance.randrange(3_000) * MINUTE + chance.randrange(10**9)
    start = at = end - chance.randrange(10**9, 10**12)
    nodes = []
    for name in "abc"[: chance.randrange(4)]:
        begin = at + chance.randrange((end - at) // 4)
        at = begin + chance.randrange(3, 3 + (end - begin) // 2)
        nodes.append(_node(chance, f"run-{number}", name, (begin, at)))
    tokens = TokenUsage(chance.choice([None, 70_001]), chance.randrange(3_000))
    cost = Decimal(chance.randrange(10**6)).scaleb(-9)
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
            node_count=len(nodes),
            failed_nodes=sum(node.status is NodeStatus.FAILED for node in nodes),
            tokens=tokens,
            cost_usd=chance.choice([None, cost]),
            known_cost_usd=cost,
            metrics={} if chance.random() < 0.3 else {"quality": chance.randrange(-400, 400) / 100},
        ),
        tuple(nodes),
    )


def _node(chance: random.Random, run_id: str, name: str, times: tuple[int, int]) -> NodeExecution:
    return NodeExecution(
        run_id,
        name,
        name,
        "llm",
        name.upper(),
        start_ns=times[0],
        end_ns=times[1],
        status=chance.choice(list(NodeStatus)),
        attempts=chance.choice([1, 1, 3]),
        model=chance.choice([None, "m", "n"]),
        tokens=TokenUsage(chance.choice([None, 900]), chance.randrange(100)),
        cost_usd=chance.choice([None, Decimal(chance.randrange(10**5)).scaleb(-9)]),
        metrics={} if chance.random() < 0.5 else {"rows": chance.randrange(1, 9)},
    )


FORMULAS = ("node_count * 2", "output_tokens / node_count")


def say_speed(formula: str) -> None:
    """What a user says of all workflows."""
    custom_metrics.define("app", "speed", formula, backfill=True)


def churn(made: Runtime, chance: random.Random, done: Semaphore) -> None:
    """Write runs in whatever state, the same ones again, and delete some."""
    while True:
        numbers = chance.sample(range(RUNS), chance.randrange(1, MOST_AT_ONCE))
        try:
            if chance.random() < 0.1:
                say_speed(chance.choice(FORMULAS))
            with writing(made.engine) as connection:
                if chance.random() < 0.1:
                    delete_runs(connection, [f"run-{number}" for number in numbers])
                else:
                    records = [record(number, chance.randrange(STATES)) for number in numbers]
                    write_records(connection, records, now_ns=NOW)
        except StorageUnavailableError:
            continue  # PostgreSQL broke a deadlock
        done.release()


def refresh(chance: random.Random, done: Semaphore) -> None:
    """Bring cells and trends up to date, over and over."""
    while True:
        rollups.refresh(everything=chance.random() < 0.5, seconds=_SECONDS)  # others never cease to change runs
        trends.refresh_trends(seconds=_SECONDS)
        done.release()


def settle(made: Runtime) -> None:
    """What clients do in the end: whatever was not acknowledged is sent again, and said again."""
    say_speed(FORMULAS[-1])
    for number in range(RUNS):
        with writing(made.engine) as connection:
            write_records(connection, [record(number, STATES - 1)], now_ns=NOW)


def work(url: str, what: str, seed: float, done: Semaphore) -> None:
    """Do what is asked for on a database."""
    made = Runtime(Settings(database_url=url), clock=lambda: NOW)
    with runtime.use(made):
        if what == "churn":
            churn(made, random.Random(seed), done)
        elif what == "refresh":
            refresh(random.Random(seed), done)
        else:
            settle(made)
    made.close()


if "task" in globals():
    work(*globals()["task"])

"""A program for tests: begins, ends, moves and deletes runs of its own, in transactions that take their time.

python live_writing.py DATABASE_URL NAME SEED
"""

import random
import sys
import time
from dataclasses import replace

from longpole.domain.runs import Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import delete_runs, write_records

RUNS, STEPS = 12, 60
WORKFLOWS = ("checkout", "search")


def main(database_url: str, name: str, seed: int) -> None:
    """Change runs in an order of its own, several in a transaction, and end."""
    chance = random.Random(seed)
    runtime = Runtime(Settings(database_url=database_url))
    there: dict[str, Run] = {}
    for _ in range(STEPS):
        some = sorted(chance.sample(range(RUNS), chance.randint(1, 3)))
        with writing(runtime.engine) as connection:
            for run_id in (f"{name}-{number}" for number in some):
                if run_id in there and chance.random() < 0.15:
                    del there[run_id]
                    delete_runs(connection, [run_id])
                    continue
                there[run_id] = _next(there.get(run_id), run_id, chance)
                write_records(connection, [RunRecord(there[run_id])], now_ns=time.time_ns())
                time.sleep(chance.random() * 0.02)  # meanwhile the other one commits what it began later
        time.sleep(chance.random() * 0.02)
    runtime.close()


def _next(run: Run | None, run_id: str, chance: random.Random) -> Run:
    """What becomes of a run: it begins, goes on in another workflow, or ends."""
    now = time.time_ns()
    workflow_id = chance.choice(WORKFLOWS)
    if run is None or run.is_ended:
        return Run(run_id, "shop", workflow_id, source="otlp", start_ns=now, last_received_ns=now)
    changed = replace(run, workflow_id=workflow_id, last_received_ns=now, user_id=f"user {chance.random()}")
    if chance.random() < 0.5:
        return changed
    return replace(changed, status=chance.choice(list(RunStatus)), is_ended=True, end_ns=now)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

"""How long the analysis of a week takes of a workflow with a million node executions, and how much memory.

    uv run python benchmarks/advise.py [--executions 1000000] [--keep FOLDER] [--postgres-url URL] [--sqlite-only]

Fills a database (see `advise_runs`) and asks `analyze_and_recommend` in a
process of its own, as upkeep and `longpole advise` do: wall time, processor
time of that process, its largest memory; then the same by phase: reading, each
rule, storing. PostgreSQL is the one that is named, else one from a wheel.
`--spend` prints where a rule's time goes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import advise_runs
import cache_servers

from longpole.runtime import Runtime
from longpole.settings import Settings

TARGETS = {"seconds": 10.0, "megabytes": 500.0}


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--times", type=int, default=3, help="how often each database is asked; medians are shown")
    parser.add_argument("--keep", type=Path, help="a folder to keep the SQLite file in")
    parser.add_argument("--postgres-url", default="", help="a PostgreSQL; it keeps what is written")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--spend", metavar="RULE", help="profile one rule (or `reading`) on SQLite instead")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = (said.keep or Path(folder)) / f"advise-{said.executions}-{said.days}.db"
        _measure(f"sqlite:///{file}", said)
    if not said.sqlite_only and not said.spend:
        with cache_servers.postgres(said.postgres_url) as url:
            if url:
                _measure(url, said)


def _measure(url: str, said: argparse.Namespace) -> None:
    on = Runtime(Settings(database_url=url))
    advise_runs.fill(on, said.executions, said.days)
    kind = on.engine.dialect.name
    on.close()
    if said.spend:
        _child(url, said.days, said.spend)
        return
    found = sorted((_child(url, said.days) for _ in range(said.times)), key=lambda each: each["seconds"])
    middle = found[len(found) // 2]
    print(f"{kind}: {middle['executions']:,} node executions of {middle['runs']:,} runs in {said.days} days")
    for name in ("seconds", "processor_seconds", "megabytes"):
        target = f"target at most {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"  {name.replace('_', ' '):22}{middle[name]:9.2f}  {target}")
    for name, took in middle["phases"].items():
        print(
            f"    {name:24}{took['seconds']:7.2f} s  {took['processor_seconds']:7.2f} s of a processor  {took['said']}"
        )


def _child(url: str, days: int, spend: str = "") -> dict:
    """What a process of its own says."""
    command = [sys.executable, str(Path(__file__).with_name("advise_once.py")), str(days), spend]
    done = subprocess.run(
        command, env={**os.environ, "LONGPOLE_DATABASE_URL": url}, stdout=None if spend else subprocess.PIPE, check=True
    )
    return {} if spend else json.loads(done.stdout)


if __name__ == "__main__":
    main()

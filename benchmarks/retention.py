"""Whether a disk budget holds under a load that needs ten times as much, and how long writers wait for retention.

    uv run python benchmarks/retention.py [--budget 200MB] [--needs 2GB] [--clients 4] [--seconds 1800]

A server with a budget, payloads stored, on a SQLite file that has runs of days
ago already. Clients send new ones as fast as they are taken, coming again when
they are told to, until the file would have become as large as `--needs`
without a budget. It prints

- the largest size that the database's files had, write-ahead log included;
- whether the figures of those old days are the same afterwards, byte by byte,
  and whether the new ones count every run that was acknowledged;
- the longest that another process waited for its turn to write, ingest's own
  turns included, and the longest that retention held the database;
- how often clients were told to come again, and the longest that nothing was taken.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ingest_servers as servers
from ingest_bodies import RUNS_PER_REQUEST, SPANS_PER_REQUEST
from ingest_load import Load, Sent
from pydantic import ByteSize, TypeAdapter
from storage import record

from longpole import runtime as running
from longpole.domain.runs import RunRecord
from longpole.domain.units import NS_PER_DAY
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from longpole.store.upkeep_log import remember

BYTES_PER_SPAN = 1_000
"""What a span of the load takes up with its payloads where there is no budget: measured on a database of 200 MB."""
OLD_RUNS, OLD_APP = 2_000, "service-0"
PATIENCE_S = 180.0
_size = TypeAdapter(ByteSize).validate_python


@dataclass
class Watched:
    """What was seen of the database while it was under load."""

    largest_bytes: int = 0
    largest_log_bytes: int = 0
    waits_s: list[float] = field(default_factory=list)
    longest_step_s: float = 0.0
    removed_runs: int = 0


def main() -> None:
    """Run the load and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=_size, default=_size("200MB"))
    parser.add_argument("--needs", type=_size, default=_size("2GB"))
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=1_800.0, help="how long the load may take")
    said = parser.parse_args()
    os.environ |= {"LONGPOLE_DISK_BUDGET": str(int(said.budget)), "LONGPOLE_CAPTURE_CONTENT": "true"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "retention.db"
        url = f"sqlite:///{file}"
        fill(url)
        with servers.longpole(url) as server:
            base = server.url.removesuffix("/v1/traces")
            names = [item["workflow_id"] for item in get(base, f"/apps/{OLD_APP}/workflows")["items"]][:5]
            before = old_figures(base, names)
            requests = said.needs // (BYTES_PER_SPAN * SPANS_PER_REQUEST)
            began = time.monotonic()
            watched, sent = under_load(
                Load(server.url, said.seconds, is_streamed=True, is_patient=True), said.clients, requests, file, base
            )
            took = time.monotonic() - began
            counted = settled(base, sum(len(one.seconds) for one in sent) * RUNS_PER_REQUEST)
            after, peak = old_figures(base, names), server.peak_bytes()
    report(said, watched, sent, took)
    acknowledged = sum(len(one.seconds) for one in sent) * RUNS_PER_REQUEST
    print(f"figures of old days: {'the same' if before == after else 'CHANGED'} ({len(before):,} characters)")
    print(f"runs acknowledged {acknowledged:,}, counted {counted:,}")
    print(f"memory of the server's processes at their peak, added up: {peak / 1e6:.0f} MB")


def fill(url: str) -> None:
    """Runs of four days ago, in their cells."""
    rng, runtime = random.Random(1), Runtime(Settings(database_url=url, disk_budget=None))
    with running.use(runtime):
        for begin in range(0, OLD_RUNS, 100):
            with writing(runtime.engine) as connection:
                records = [days_ago(record(rng, begin + number), 4) for number in range(100)]
                write_records(connection, records, now_ns=time.time_ns() - 4 * NS_PER_DAY)
        rollups.refresh(everything=True)
    runtime.close()


def days_ago(made: RunRecord, days: int) -> RunRecord:
    """The run, moved to another day."""
    by_ns = time.time_ns() - days * NS_PER_DAY - (made.run.end_ns or 0)

    def moved(at_ns: int | None) -> int | None:
        return None if at_ns is None else at_ns + by_ns

    nodes = tuple(
        replace(node, start_ns=moved(node.start_ns), end_ns=moved(node.end_ns), attempt_log=()) for node in made.nodes
    )
    run = replace(made.run, start_ns=moved(made.run.start_ns), end_ns=moved(made.run.end_ns))
    return RunRecord(replace(run, is_ended=True, last_received_ns=moved(made.run.end_ns)), nodes)


def old_figures(base: str, names: list[str]) -> str:
    """Every figure of the workflows of days ago, as text."""
    answers = [
        get(base, f"/apps/{OLD_APP}/workflows/{name}/performance/{kind}?days=7")
        for name in names
        for kind in ("summary", "nodes", "bottlenecks")
    ]
    return json.dumps([without_times(answer) for answer in answers], sort_keys=True)


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    """Without when the period begins and ends: that goes on by the hour."""
    return {key: value for key, value in answer.items() if not key.startswith("period")}


def get(base: str, path: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(base + path, timeout=60) as answer:
        return json.load(answer)


def under_load(load: Load, clients: int, requests: int, file: Path, base: str) -> tuple[Watched, list[Sent]]:
    """Send everything, and watch."""
    watched, is_over = Watched(), threading.Event()
    watchers = [
        threading.Thread(target=watch, args=(watched, is_over, file, base)),
        threading.Thread(target=write_now_and_then, args=(watched, is_over, file)),
    ]
    for each in watchers:
        each.start()
    try:
        _, sent = load.send(clients, requests)
    finally:
        is_over.set()
        for each in watchers:
            each.join()
    return watched, sent


def watch(watched: Watched, is_over: threading.Event, file: Path, base: str) -> None:
    """Sizes ten times a second, what retention says of itself twice."""
    number, seen = 0, ""
    while not is_over.wait(0.1):
        sizes = [each.stat().st_size for each in (file, Path(f"{file}-wal")) if each.exists()]
        watched.largest_bytes = max(watched.largest_bytes, sum(sizes))
        watched.largest_log_bytes = max([watched.largest_log_bytes, *sizes[1:]])
        number += 1
        removal = get(base, "/system")["last_removal"] if number % 5 == 0 else None
        if removal and removal["at"] != seen:
            seen = removal["at"]
            watched.longest_step_s = max(watched.longest_step_s, removal["longest_transaction"])
            watched.removed_runs += removal["runs"]


def write_now_and_then(watched: Watched, is_over: threading.Event, file: Path) -> None:
    """Another process's writes: how long each waited for its turn."""
    runtime = Runtime(Settings(database_url=f"sqlite:///{file}"))
    while not is_over.wait(0.02):
        asked = time.perf_counter()
        with writing(runtime.engine) as connection:
            watched.waits_s.append(time.perf_counter() - asked)
            remember(connection, "benchmark", len(watched.waits_s))
    runtime.close()


def settled(base: str, wanted: int) -> int:
    """How many of the new runs the figures count, once they count all of them or nothing more happens."""
    until, counted = time.monotonic() + PATIENCE_S, 0
    while counted != wanted and time.monotonic() < until:
        time.sleep(1)
        counted = sum(item["run_count"] for item in get(base, "/apps/bench/workflows")["items"])
    return counted


def report(said: argparse.Namespace, watched: Watched, sent: list[Sent], took: float) -> None:
    """The figures of the load."""
    spans = sum(len(one.seconds) for one in sent) * SPANS_PER_REQUEST
    waits = sorted(watched.waits_s)
    print(
        f"{spans:,} spans in {took:.0f} s ({spans / took:,.0f}/s), some {spans * BYTES_PER_SPAN / 1e6:,.0f} MB without "
        f"a budget; failed for good: {sum(len(one.failed) for one in sent)}"
    )
    print(
        f"largest size {watched.largest_bytes / 1e6:.1f} MB of {said.budget / 1e6:.0f} MB "
        f"(write-ahead log up to {watched.largest_log_bytes / 1e6:.1f} MB)"
    )
    print(
        f"another writer waited {waits[-1] * 1e3:.0f} ms at most, 99 % up to {waits[int(len(waits) * 0.99)] * 1e3:.0f} "
        f"ms ({len(waits):,} times); retention held the database {watched.longest_step_s * 1e3:.0f} ms at most"
    )
    longest = max(max(one.seconds, default=0.0) for one in sent)
    print(f"told to come again {sum(one.refused for one in sent):,} times; slowest request {longest:.2f} s")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()

"""Whether the server keeps its memory under minutes of the highest load that it takes, and loses nothing.

    uv run python benchmarks/soak.py [--seconds 600] [--clients 4]

A server of its own on an empty SQLite file; clients that send runs which have
just ended, with ids that nobody has seen, as fast as they are taken. Each
second the memory of the server's processes is read. At the end everything that
was acknowledged must be there:

- no request was refused for good, or had no answer in time;
- run by run: what was sent is what the tables hold, and runs can be asked for;
- in figures: runs, failures and tokens of every workflow's summary are those that were acknowledged;
- the memory stayed under 400 MB, with pages that processes share counted in each of them (RSS).

It ends with exit code 1 where any of that is not so.
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ingest_servers as servers
from ingest_bodies import APP, NODES_PER_RUN, RUNS_PER_REQUEST, SPANS_PER_REQUEST, WORKFLOWS
from ingest_load import Load, Sent

MOST_BYTES = 400_000_000
_UNLIMITED = 1_000_000_000
_PATIENCE_S = 120.0
_LINES = 20
_ASKED_FOR = 200


@dataclass(slots=True)
class Watch:
    """What is seen each second, and told now and then."""

    server: servers.Server
    file: Path
    line_every_s: float
    began: float = field(default_factory=time.monotonic)
    peak: servers.Memory = field(default_factory=lambda: servers.Memory(0, 0, ()))
    told_at: float = 0.0
    told_requests: int = 0

    def look(self, requests: int) -> None:
        """Read the memory; say how it goes if it is time to."""
        memory, at = self.server.memory(), time.monotonic() - self.began
        if memory.rss_bytes > self.peak.rss_bytes:
            self.peak = memory
        if at - self.told_at >= self.line_every_s:
            rate = (requests - self.told_requests) * SPANS_PER_REQUEST / (at - self.told_at)
            print(f"{at:5.0f} s {rate:9,.0f} spans/s  {memory}  {self._database()}", flush=True)
            self.told_at, self.told_requests = at, requests

    def _database(self) -> str:
        log = Path(f"{self.file}-wal")
        sizes = [path.stat().st_size / 1e6 if path.exists() else 0 for path in (self.file, log)]
        return f"database {sizes[0]:,.0f} MB, log {sizes[1]:,.0f} MB, {servers.waiting_traces(self.file):,} runs wait"


def main() -> None:
    """Send, look, check; say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--clients", type=int, default=4)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "soak.db"
        with servers.longpole(f"sqlite:///{file}") as server:
            problems = _soak(server, file, said)
    for problem in problems:
        print(f"NOT SO: {problem}")
    print("soak: " + ("something is wrong" if problems else "everything is there, and the memory stayed as it should"))
    sys.exit(bool(problems))


def _soak(server: servers.Server, file: Path, said: argparse.Namespace) -> list[str]:
    watch = Watch(server, file, said.seconds / _LINES)
    load = Load(server.url, said.seconds, is_streamed=True)
    begun, sent = load.send(said.clients, _UNLIMITED, watch.look)
    requests = sum(len(one.seconds) for one in sent)
    behind = _assembled(watch, requests)
    _tell(sent, begun, requests, watch)
    base = server.url.removesuffix("/v1/traces")
    return [
        *behind,
        *_clients(sent),
        *_rows(file, requests),
        *_figures(base, sent),
        *_runs(base, sent),
        *_memory(watch),
    ]


def _assembled(watch: Watch, requests: int) -> list[str]:
    """Wait until everything can be asked for."""
    until = time.monotonic() + _PATIENCE_S
    while waiting := servers.waiting_traces(watch.file):
        if time.monotonic() > until:
            return [f"{waiting:,} runs were not there {_PATIENCE_S:.0f} s after the last request"]
        watch.look(requests)
        time.sleep(0.2)
    return []


def _tell(sent: Sequence[Sent], begun: float, requests: int, watch: Watch) -> None:
    now, last = time.time(), max(one.last_at for one in sent)
    latencies = sorted(one * 1e3 for client in sent for one in client.seconds)
    spans = requests * SPANS_PER_REQUEST
    print(
        f"{spans:,} spans in {last - begun:.0f} s: {spans / (last - begun):,.0f} spans/s acknowledged, "
        f"{spans / (now - begun):,.0f} until queryable ({now - last:.1f} s after the last request)\n"
        f"  requests: p50 {latencies[len(latencies) // 2]:.0f} ms, p99 {latencies[int(len(latencies) * 0.99)]:.0f} ms, "
        f"longest {latencies[-1]:.0f} ms; {sum(one.refused for one in sent)} told to come again, "
        f"{sum(one.lost for one in sent)} connections lost\n"
        f"  memory at its peak: {watch.peak}",
        flush=True,
    )


def _clients(sent: Sequence[Sent]) -> list[str]:
    return [f"a request failed: {why}" for one in sent for why in one.failed]


def _rows(file: Path, requests: int) -> list[str]:
    runs = requests * RUNS_PER_REQUEST
    expected = {"runs": runs, "node_executions": runs * NODES_PER_RUN}
    found = {table: servers.rows_in(file, table) for table in expected}
    return [f"{found[table]:,} {table} of {count:,}" for table, count in expected.items() if found[table] != count]


def _figures(base: str, sent: Sequence[Sent]) -> list[str]:
    acknowledged = {workflow: sum((one.contents[workflow] for one in sent), Counter[str]()) for workflow in WORKFLOWS}
    until = time.monotonic() + 10.0
    while True:
        wrong = [
            f"{workflow}: {dict(found)} instead of {dict(acknowledged[workflow])}"
            for workflow in WORKFLOWS
            if (found := _summary(base, workflow)) != acknowledged[workflow]
        ]
        if not wrong or time.monotonic() > until:
            return wrong
        time.sleep(0.5)


def _summary(base: str, workflow: str) -> Counter[str]:
    said = _get(f"{base}/apps/{APP}/workflows/{workflow}/performance/summary?days=1")
    tokens = {f"{kind}_tokens": said["tokens"][kind] for kind in ("input", "output")}
    return Counter(runs=said["run_count"], failed=said["failed"], **tokens)


def _runs(base: str, sent: Sequence[Sent]) -> list[str]:
    run_ids = [run_id for one in sent for run_id in one.run_ids]
    some = run_ids[:: max(1, len(run_ids) // _ASKED_FOR)]
    return [
        f"run {run_id} has {found} nodes"
        for run_id in some
        if (found := len(_get(f"{base}/runs/{run_id}")["nodes"])) != NODES_PER_RUN
    ]


def _memory(watch: Watch) -> list[str]:
    return [f"more memory than {MOST_BYTES / 1e6:.0f} MB"] if watch.peak.rss_bytes > MOST_BYTES else []


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()

"""How fast telemetry gets in: over HTTP until it is acknowledged and until it can be asked for, and each part alone.

    uv run python benchmarks/ingest.py [--spans 200000] [--clients 4] [--gzip] [--database-url URL]
    uv run python benchmarks/ingest.py --phoenix-python v-phoenix/bin/python --mlflow-python v-mlflow/bin/python
    uv run python benchmarks/ingest.py --store-only [--writers 4]
    uv run python benchmarks/ingest.py --decode-only

Runs of a root and 10 nodes, about a kilobyte of input and of output each (2.5 kB
a span), fresh ids and times of now, built before anything is timed. The server
is a process of its own, so are the clients; medians of several rounds, each on
an empty database. Peers get few spans: they would take minutes for ours.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import decode
import ingest_servers as servers
import ingest_store
from ingest_bodies import NODES_PER_RUN, SPANS_PER_REQUEST
from ingest_load import Load, Sent

_PATIENCE_S = 600.0
_PHOENIX_REQUESTS, _MLFLOW_REQUESTS = 3, 10
_WANTED_TIMES = {"phoenix": 100, "mlflow": 15}
_DECODED_BYTES = 650


@dataclass(slots=True)
class Figures:
    """One round of one server."""

    acknowledged: float
    queryable: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms_per_1000: float
    peak_mb: float
    refused: int


def main() -> None:
    """Measure what is asked for, and print it."""
    said = _arguments()
    if said.store_only:
        _store(said)
    elif said.decode_only:
        _decode()
    else:
        _over_http(said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=200_000, help="how many are sent in a round at most")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a round may take")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--database-url", help="an empty database, for one round; else a SQLite file a round")
    parser.add_argument("--phoenix-python", type=Path, help="the Python of an environment with arize-phoenix")
    parser.add_argument("--mlflow-python", type=Path, help="the Python of an environment with mlflow")
    parser.add_argument("--store-only", action="store_true")
    parser.add_argument("--writers", type=int, default=1, help="processes that write, with --store-only")
    parser.add_argument("--decode-only", action="store_true")
    return parser.parse_args()


def _over_http(said: argparse.Namespace) -> None:
    ours = [_round(said) for _ in range(1 if said.database_url else said.rounds)]
    median = _print("longpole", ours)
    with tempfile.TemporaryDirectory() as folder:
        if said.phoenix_python:
            file = Path(folder) / "phoenix.db"
            with servers.phoenix(said.phoenix_python.absolute(), Path(folder)) as server:
                _print_peer("phoenix", _peer(server, lambda: servers.spans_in(file), _PHOENIX_REQUESTS, said), median)
        if said.mlflow_python:
            file = Path(folder) / "mlflow.db"
            with servers.mlflow(said.mlflow_python.absolute(), Path(folder)) as server:
                _print_peer("mlflow", _peer(server, lambda: servers.spans_in(file), _MLFLOW_REQUESTS, said), median)


def _round(said: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        url = said.database_url or f"sqlite:///{folder}/ingest.db"
        with servers.longpole(url) as server:
            cpu = server.cpu_seconds()
            requests = said.spans // SPANS_PER_REQUEST
            begun, sent = Load(server.url, said.seconds, said.gzip).send(said.clients, requests)
            spans = _spans(sent)

            def stored() -> int:
                runs, is_more = servers.longpole_stored(url)
                return min(runs * (NODES_PER_RUN + 1), spans - is_more)

            ended = _wait(stored, spans)
            return _figures(sent, begun, ended, server, cpu)


def _peer(server: servers.Server, stored: Callable[[], int], requests: int, said: argparse.Namespace) -> Figures:
    load = Load(server.url, said.seconds, said.gzip, server.headers)
    _, first = load.send(said.clients, said.clients)  # what a worker loads at its first request is not counted
    before = _spans(first)
    _wait(stored, before)
    cpu = server.cpu_seconds()
    begun, sent = load.send(said.clients, requests)
    return _figures(sent, begun, _wait(stored, before + _spans(sent)), server, cpu)


def _spans(sent: Sequence[Sent]) -> int:
    if failed := [status for one in sent for status in one.failed]:
        raise SystemExit(f"requests were refused for good: {failed[:5]}")
    return sum(len(one.seconds) for one in sent) * SPANS_PER_REQUEST


def _wait(stored: Callable[[], int], wanted: int) -> float:
    """When everything could be asked for."""
    until = time.monotonic() + _PATIENCE_S
    while (found := stored()) < wanted:
        if time.monotonic() > until:
            raise SystemExit(f"only {found:,} of {wanted:,} spans were there after {_PATIENCE_S:.0f} seconds")
        time.sleep(0.05)
    return time.time()


def _figures(sent: Sequence[Sent], begun: float, ended: float, server: servers.Server, cpu_before: float) -> Figures:
    spans = _spans(sent)
    latencies = sorted(one * 1e3 for client in sent for one in client.seconds)
    last = max(client.last_at for client in sent)
    return Figures(
        acknowledged=spans / (last - begun),
        queryable=spans / (ended - begun),
        p50_ms=latencies[len(latencies) // 2],
        p95_ms=latencies[int(len(latencies) * 0.95)],
        p99_ms=latencies[int(len(latencies) * 0.99)],
        cpu_ms_per_1000=(server.cpu_seconds() - cpu_before) / spans * 1e6,
        peak_mb=server.peak_bytes() / 1e6,
        refused=sum(client.refused for client in sent),
    )


def _print(name: str, rounds: Sequence[Figures]) -> Figures:
    median = Figures(*(statistics.median(getattr(one, each) for one in rounds) for each in Figures.__slots__))
    print(
        f"{name}: {median.acknowledged:,.0f} spans/s acknowledged, {median.queryable:,.0f} spans/s until queryable\n"
        f"  requests of {SPANS_PER_REQUEST:,} spans: p50 {median.p50_ms:.0f} ms, p95 {median.p95_ms:.0f} ms, "
        f"p99 {median.p99_ms:.0f} ms; {median.refused:.0f} told to come again\n"
        f"  {median.cpu_ms_per_1000:.1f} ms of processor time per 1,000 spans; {median.peak_mb:.0f} MB of memory"
        f" (median of {len(rounds)})",
        flush=True,
    )
    return median


def _print_peer(name: str, figures: Figures, ours: Figures) -> None:
    _print(name, [figures])
    less = figures.cpu_ms_per_1000 / ours.cpu_ms_per_1000
    print(
        f"  longpole is {ours.queryable / figures.queryable:,.0f} times as fast until queryable "
        f"(wanted: {_WANTED_TIMES[name]}), and takes 1/{less:.0f} of the processor time",
        flush=True,
    )


def _store(said: argparse.Namespace) -> None:
    rates, slowest, cpu, failures = [], [], [], 0
    for _ in range(1 if said.database_url else said.rounds):
        with tempfile.TemporaryDirectory() as folder:
            url = said.database_url or f"sqlite:///{folder}/store.db"
            written = ingest_store.write(url, said.writers, said.spans, said.seconds)
        rows = sum(one.rows for one in written)
        rates.append(rows / (max(one.ended_at for one in written) - min(one.begun_at for one in written)))
        cpu.append(sum(one.cpu_seconds for one in written) / rows * 1e6)
        transactions = sorted(seconds * 1e3 for one in written for seconds in one.seconds)
        slowest.append(transactions[int(len(transactions) * 0.99)])
        failures += sum(one.failures for one in written)
    print(
        f"{said.writers} writers: {statistics.median(rates):,.0f} node rows/s, "
        f"{statistics.median(cpu):.1f} µs of processor time a row, "
        f"transactions p99 {statistics.median(slowest):.0f} ms, {failures} lock errors (median of {len(rates)})"
    )


def _decode() -> None:
    bodies = [decode.request(seed, 1_000) for seed in range(40)]
    size = sum(map(len, bodies)) / 40_000
    measured = decode.rate(decode.decoded, bodies)
    print(f"decode: {measured:,.0f} spans/s on one core, {size:.0f} bytes a span (wanted: 100,000 at {_DECODED_BYTES})")


if __name__ == "__main__":
    main()

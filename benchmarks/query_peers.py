"""The same question to us and to two peers, over HTTP, each with as many spans: what did the last 7 days come to?

Runs, times (mean, 50th, 95th and 99th percentile), tokens and costs. We answer
it workflow by workflow, so we are asked for all five, one after the other;
peers are asked once, with another period each time, as they keep answers.

A peer takes minutes for what is copied in seconds: it is sent one request,
whose rows are copied under new ids while it is down. Ours is sent all of them,
and asked once its cells follow. Before it is timed, an answer must count every
run.

Downstream: `queries`.
"""

import json
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ingest_servers as servers
from ingest_bodies import APP, NODES_PER_RUN, SPANS_PER_REQUEST, WORKFLOWS
from ingest_load import Load

_PATIENCE_S = 300.0
_ASKED = 15
_DAY_MS = 86_400_000
_DAYS = 6.9
"""Over how many days the runs are spread."""
_PHOENIX_SUMMARY = """query S($id: ID!, $in: TimeRange!) {project: node(id: $id) {... on Project {
  traceCount(timeRange: $in) recordCount(timeRange: $in)
  p50: latencyMsQuantile(probability: 0.5, timeRange: $in) p95: latencyMsQuantile(probability: 0.95, timeRange: $in)
  p99: latencyMsQuantile(probability: 0.99, timeRange: $in)
  tokenCountTotal(timeRange: $in) tokenCountPrompt(timeRange: $in) tokenCountCompletion(timeRange: $in)
  costSummary(timeRange: $in) {total {cost tokens} prompt {cost} completion {cost}}}}}"""
_PHOENIX_PROJECTS = "query {projects(first: 50) {edges {node {id name}}}}"

Serve = Callable[[Path], AbstractContextManager[servers.Server]]
Ask = Callable[[int], int]
"""Asks for the n-th time; how many runs the answer counts."""
Copies = Callable[[int, dict[str, int]], dict[str, dict[str, str]]]
"""By table and column, what its n-th copy has instead, given each table's largest rowid."""


@dataclass(frozen=True, slots=True)
class Peer:
    """How one is started, how its rows are copied, and how it is asked."""

    name: str
    serve: Serve
    copies: Copies
    asker: Callable[[str], Ask]


def beside(spans: int, phoenix: Path | None, mlflow: Path | None) -> None:
    """Fill and ask ours, then each peer that there is a Python for; print the ratios."""
    spans -= spans % SPANS_PER_REQUEST
    ours = _ours(spans)
    for peer in _peers(phoenix, mlflow):
        with tempfile.TemporaryDirectory() as folder:
            theirs = _theirs(peer, Path(folder), spans)
        print(f"  {peer.name:10}{theirs:9.1f} ms: longpole is {theirs / ours:,.1f} times as fast", flush=True)


def _peers(phoenix: Path | None, mlflow: Path | None) -> Iterator[Peer]:
    if phoenix:
        python = phoenix.absolute()
        yield Peer("phoenix", lambda folder: servers.phoenix(python, folder), _phoenix_copies, _phoenix_asker)
    if mlflow:
        python = mlflow.absolute()
        yield Peer("mlflow", lambda folder: servers.mlflow(python, folder), _mlflow_copies, _mlflow_asker)


def _ours(spans: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "longpole.db"
        with servers.longpole(f"sqlite:///{file}") as server:
            _fill(server, spans // SPANS_PER_REQUEST, lambda: spans - servers.waiting_work(file))
            ask = _longpole_asker(server.url.removesuffix("/v1/traces"))
            _check("longpole", ask, spans)
            took = _median_ms(ask)
    print(f"the last 7 days of {spans:,} spans, over HTTP, median of {_ASKED}\n  longpole  {took:9.1f} ms", flush=True)
    return took


def _theirs(peer: Peer, folder: Path, spans: int) -> float:
    file = folder / f"{peer.name}.db"
    with peer.serve(folder) as server:
        _fill(server, 1, lambda: servers.spans_in(file))
    _grow(file, spans // SPANS_PER_REQUEST, peer.copies)
    with peer.serve(folder) as server:
        ask = peer.asker(server.url.removesuffix("/v1/traces"))
        _check(peer.name, ask, spans)
        return _median_ms(ask)


def _fill(server: servers.Server, requests: int, stored: Callable[[], int]) -> None:
    _, sent = Load(server.url, 3_600, headers=server.headers, is_streamed=True, days=_DAYS).send(1, requests)
    if sent[0].failed:
        raise SystemExit(f"requests were refused for good: {sent[0].failed[:5]}")
    until = time.monotonic() + _PATIENCE_S
    while stored() < requests * SPANS_PER_REQUEST:
        if time.monotonic() > until:
            raise SystemExit(f"not everything was there after {_PATIENCE_S:.0f} seconds")
        time.sleep(0.2)


def _check(name: str, ask: Ask, spans: int) -> None:
    """Its answer must be about what it was given; figures may follow within seconds."""
    runs = spans // (NODES_PER_RUN + 1)
    until = time.monotonic() + 30.0
    while (counted := ask(_ASKED + 1)) != runs:
        if time.monotonic() > until:
            raise SystemExit(f"{name} counts {counted:,} of {runs:,} runs")
        time.sleep(0.5)


def _median_ms(ask: Ask) -> float:
    took = []
    for number in range(_ASKED):
        begun = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(took)


def _grow(file: Path, times: int, copies: Copies) -> None:
    """Copy what there is until there is `times` as much."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        tables = copies(0, dict.fromkeys(("traces", "spans", "span_costs", "span_cost_details"), 0))
        steps = {}
        for table in tables:
            connection.execute(f"CREATE TEMP TABLE first_{table} AS SELECT * FROM {table}")
            steps[table] = connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0]
        for number in range(1, times):
            for table, changed in copies(number, steps).items():
                columns = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]
                values = ", ".join(changed.get(column, column) for column in columns)
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM temp.first_{table}"
                )
        connection.commit()


def _phoenix_copies(number: int, steps: dict[str, int]) -> dict[str, dict[str, str]]:
    def row(table: str, column: str) -> str:
        return f"{column} + {number * steps[table]}"

    def hexadecimal(column: str) -> str:
        return f"'{number:06x}' || substr({column}, 7)"

    return {
        "traces": {"id": row("traces", "id"), "trace_id": hexadecimal("trace_id")},
        "spans": {
            "id": row("spans", "id"),
            "trace_rowid": row("traces", "trace_rowid"),
            "span_id": hexadecimal("span_id"),
            "parent_id": hexadecimal("parent_id"),
        },
        "span_costs": {
            "id": row("span_costs", "id"),
            "span_rowid": row("spans", "span_rowid"),
            "trace_rowid": row("traces", "trace_rowid"),
        },
        "span_cost_details": {
            "id": row("span_cost_details", "id"),
            "span_cost_id": row("span_costs", "span_cost_id"),
        },
    }


def _mlflow_copies(number: int, _steps: dict[str, int]) -> dict[str, dict[str, str]]:
    def trace(column: str) -> dict[str, str]:
        return {column: f"'tr-{number:06x}' || substr({column}, 10)"}

    of_trace = ("trace_info", "trace_tags", "trace_request_metadata")
    return {table: trace("request_id") for table in of_trace} | {"spans": trace("trace_id")}


def _longpole_asker(base: str) -> Ask:
    def ask(_number: int) -> int:
        paths = (f"/apps/{APP}/workflows/{workflow}/performance/summary?days=7" for workflow in WORKFLOWS)
        return sum(_json(base + path)["run_count"] for path in paths)

    return ask


def _phoenix_asker(base: str) -> Ask:
    url = f"{base}/graphql"
    projects = _json(url, {"query": _PHOENIX_PROJECTS})["data"]["projects"]["edges"]
    project = next(edge["node"]["id"] for edge in projects if edge["node"]["name"] == APP)
    now = datetime.now(UTC)

    def ask(number: int) -> int:
        period = {
            "start": (now - timedelta(days=7, milliseconds=number)).isoformat(),
            "end": (now + timedelta(minutes=5)).isoformat(),
        }
        answer = _json(url, {"query": _PHOENIX_SUMMARY, "variables": {"id": project, "in": period}})
        if "errors" in answer:
            raise SystemExit(f"phoenix does not understand: {answer['errors']}")
        return int(answer["data"]["project"]["traceCount"])

    return ask


def _mlflow_asker(base: str) -> Ask:
    now = time.time_ns() // 1_000_000
    percentiles = [{"aggregation_type": "PERCENTILE", "percentile_value": value} for value in (50, 95, 99)]
    asked = (
        ("TRACES", "trace_count", [{"aggregation_type": "COUNT"}]),
        ("TRACES", "latency", [*percentiles, {"aggregation_type": "AVG"}]),
        *(("TRACES", f"{kind}_tokens", [{"aggregation_type": "SUM"}]) for kind in ("total", "input", "output")),
        ("SPANS", "total_cost", [{"aggregation_type": "SUM"}]),
    )

    def ask(number: int) -> int:
        period = {"start_time_ms": now - 7 * _DAY_MS - number, "end_time_ms": now + 300_000}
        answers = [
            _json(
                f"{base}/api/3.0/mlflow/traces/metrics",
                {"experiment_ids": ["0"], "view_type": view, "metric_name": metric, "aggregations": how, **period},
            )
            for view, metric, how in asked
        ]
        return int(next(iter(answers[0]["data_points"][0]["values"].values())))

    return ask


def _json(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=300) as answer:
        return json.load(answer)

"""The OTLP doors on real sockets, and bodies to send to them."""

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from longpole.ingest.otlp.grpc_server import serve_grpc
from longpole.ingest.otlp.routes import router
from longpole.ingest.pipeline import Pipeline
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.settings import Settings

DATA = Path(__file__).parents[2] / "data" / "otlp"
PATIENCE_S = 20.0


@dataclass
class Doors:
    """A running server: `http` is a client of it, `grpc` its other address."""

    pipeline: Pipeline
    http: httpx.Client
    grpc: str

    def has_run(self, trace_id: bytes) -> bool:
        """Whether there is a run of that trace."""
        return bool(runs.runs_of_trace(trace_id.hex()))


@contextmanager
def _serving(runtime: Runtime) -> Iterator[Doors]:
    pipeline = Pipeline(runtime)
    pipeline.start()
    app = FastAPI()
    app.include_router(router(pipeline))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    door = serve_grpc(pipeline, "127.0.0.1", 0)
    eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            yield Doors(pipeline, client, f"127.0.0.1:{door.port}")
    finally:
        server.should_exit = True
        thread.join()
        door.stop()
        pipeline.stop()


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    """The doors on an empty SQLite database."""
    yield from _doors(Settings(database_url=sqlite_url))


@pytest.fixture
def narrow_doors(sqlite_url: str) -> Iterator[Doors]:
    """The same with little memory and content capture."""
    settings = Settings(
        database_url=sqlite_url, max_body_bytes=100_000, max_decompressed_bytes=300_000, capture_content=True
    )
    yield from _doors(settings)


@pytest.fixture
def both_doors(runtime: Runtime) -> Iterator[Doors]:
    """The doors on an empty database, once of each kind."""
    with _serving(runtime) as made:
        yield made


def _doors(settings: Settings) -> Iterator[Doors]:
    from longpole import runtime as runtime_module  # noqa: PLC0415 - the name is taken by the fixture

    made = Runtime(settings)
    runtime_module.install(made)
    with _serving(made) as doors:
        yield doors
    made.close()


def eventually(check: Callable[[], bool]) -> None:
    """Wait for another thread's work."""
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < until
        pause.wait(0.005)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[[Callable[[], bool]], None]:
    return eventually


@pytest.fixture
def recorded() -> dict[str, bytes]:
    """Bodies that real clients sent, unpacked, by file name."""
    found = {}
    for path in sorted(DATA.iterdir()):
        body = path.read_bytes()
        found[path.name.removesuffix(".gz")] = gzip.decompress(body) if path.suffix == ".gz" else body
    return found


@pytest.fixture
def make_request() -> Callable[..., ExportTraceServiceRequest]:
    """Makes a request of good spans: one AI trace each, unless a trace id is given."""
    return _request


def _request(
    spans: int = 1, trace_id: bytes | None = None, name: str = "probe", payload: str = ""
) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "tests"
    scope = resource.scope_spans.add()
    for _ in range(spans):
        span = scope.spans.add(trace_id=trace_id or os.urandom(16), span_id=os.urandom(8), name=name, kind=1)
        span.start_time_unix_nano = time.time_ns()
        span.end_time_unix_nano = span.start_time_unix_nano + 10**6
        span.attributes.add(key="openinference.span.kind").value.string_value = "CHAIN"
        if payload:
            span.attributes.add(key="input.value").value.string_value = payload
    return request

"""The server as a process: it says where it is once it is ready, and leaves in peace when it is told to.

On SIGTERM or Ctrl+C it takes no new requests, answers those that it has,
stores what it has acknowledged, and ends with exit code 0; told twice, it
ends at once.

Upstream: `cli.serve`, `cli.demo`. Downstream: `app`.
"""

import gc
import logging
from collections.abc import Callable
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from longpole import __version__
from longpole.app import create_app
from longpole.cli.listening import close, listen
from longpole.runtime import Runtime
from longpole.settings import Settings

_DRAIN_SECONDS = 10
_OBJECTS_UNTIL_COLLECTION = 20_000  # a request makes tens of thousands that all live until it is stored


def run(settings: Settings) -> None:
    """Serve until a signal says to stop.

    Raises:
        ListenError: If the host is not a loopback address, or a port is taken.
        StorageUnavailableError, SchemaOutOfDateError: If the database cannot be used.
        InvalidInputError: If the price file is wrong.
    """
    _log_to_stderr(settings.log_level)
    sockets = listen(settings.host, settings.port, "--port")
    on = Runtime(settings)
    try:
        grpc = _grpc_address(settings)
        _ = on.engine, on.price_book  # now, where an error can still be told in a line
        app = create_app(on, grpc=grpc)
        gc.freeze()  # what is loaded by now stays: no need to look through it again and again
        gc.set_threshold(_OBJECTS_UNTIL_COLLECTION, 10, 20)
        gc.enable()
        port = sockets[0].getsockname()[1]
        _Server(app, lambda: _announce(settings, port, app)).run(sockets)
    finally:
        on.close()
        close(sockets)


def _grpc_address(settings: Settings) -> tuple[str, int] | None:
    """Where to listen for gRPC, once it is known to be free; None where it is turned off."""
    if settings.grpc_port < 0:
        return None
    close(listen(settings.host, settings.grpc_port, "--grpc-port"))
    return settings.host, settings.grpc_port


def _configuration(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(_configuration(app))
        self._on_ready, self._app = on_ready, app

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Drain, then end; told again, end at once. Unlike uvicorn's own, not by dying of the signal afterwards."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._app.state.is_leaving = True  # long polls end


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if level.lower() != "debug":
        for talkative in ("uvicorn", "alembic"):
            logging.getLogger(talkative).setLevel(logging.WARNING)


def _announce(settings: Settings, port: int, app: FastAPI) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{port}"
    grpc_port = getattr(app.state, "grpc_port", None)
    lines = [
        f"[bold]Longpole {__version__}[/bold] is ready.",
        f"  Dashboard          {address}/ui/",
        f"  API and OTLP/HTTP  {address}",
        f"  OTLP/gRPC          {f'{host}:{grpc_port}' if grpc_port else 'off'}",
        f"  Database           {settings.safe_database_url()}",
        "Point an OpenTelemetry exporter at it:",
        f"  export OTEL_EXPORTER_OTLP_ENDPOINT={address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "Then: longpole report. Ctrl+C ends it.",
    ]
    console = Console(highlight=False)
    for line in lines:
        console.print(line, soft_wrap=True)

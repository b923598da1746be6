"""The demo's own server: the real application on a database in a folder, in a thread of this process.

It listens where exporters look by default, and elsewhere if something is
there already. Only this machine can reach it.

Upstream: `session`. Downstream: `app`.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import uvicorn

from longpole import runtime
from longpole.app import create_app
from longpole.cli.listening import close, listen
from longpole.cli.options import settings
from longpole.domain.errors import AddressInUseError, LongpoleError
from longpole.runtime import Runtime
from longpole.settings import Settings

LOG_NAME = "longpole.log"
SETTLE_SECONDS = 1.0
_HOST = "127.0.0.1"
_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class DemoServer:
    """Where the server listens; `moved` are the usual ports at which something else does."""

    on: Runtime
    port: int
    grpc_port: int
    moved: tuple[int, ...]

    @property
    def address(self) -> str:
        """Of the API, and of OTLP over HTTP."""
        return f"http://{_HOST}:{self.port}"


@contextmanager
def serving(folder: Path) -> Iterator[DemoServer]:
    """A server whose database is in `folder`, for as long as the block runs; its runtime is this process's.

    Raises:
        StorageUnavailableError: If the database cannot be used.
        InvalidInputError: If the user's price file is wrong.
    """
    _log_to(folder / LOG_NAME)
    wanted = settings(
        database_url=f"sqlite:///{(folder / 'longpole.db').resolve()}",
        auto_migrate=True,
        run_settle_seconds=SETTLE_SECONDS,
    )
    on = Runtime(wanted)
    runtime.install(on)
    try:
        _ = on.engine, on.price_book
        with _listening(wanted, on) as server:
            yield server
    finally:
        runtime.install(None)
        on.close()


@contextmanager
def _listening(usual: Settings, on: Runtime) -> Iterator[DemoServer]:
    sockets = _free(usual.port, "--port")
    grpc_sockets = _free(max(usual.grpc_port, 0), "--grpc-port")
    port, grpc_port = sockets[0].getsockname()[1], grpc_sockets[0].getsockname()[1]
    close(grpc_sockets)  # its server binds itself
    asked = ((usual.port, port), (usual.grpc_port, grpc_port))
    moved = tuple(wished for wished, got in asked if wished > 0 and wished != got)
    app = create_app(on, grpc=(_HOST, grpc_port))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )
    thread = threading.Thread(target=server.run, args=(sockets,), name="demo-server")
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield DemoServer(on, port, grpc_port, moved)
    finally:
        server.should_exit = True
        thread.join()
        close(sockets)


def _free(usual: int, option: str) -> list[socket]:
    try:
        return listen(_HOST, usual, option)
    except AddressInUseError:
        return listen(_HOST, 0, option)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(_START_SECONDS * 50):
        if server.started:
            return
        thread.join(0.02)
        if not thread.is_alive():
            break
    raise LongpoleError("The server did not start; its log in the demo's folder says why.")


def _log_to(path: Path) -> None:
    """What libraries and the server have to say goes to a file: the terminal is for the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=path, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

"""A server in a thread of this process; used as a context it is up within the block."""

import threading
from socket import socket
from typing import Self

import uvicorn
from fastapi import FastAPI

from longpole.cli.listening import close, listen


class Server(uvicorn.Server):
    """Serves an application on a free port of loopback; `leave` does what a signal would."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(app, http="httptools", ws="none", log_config=None, timeout_graceful_shutdown=10)
        )
        self._app = app
        self._sockets = listen("127.0.0.1", 0, "--port")
        self.address = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self.run, args=(self._sockets,))

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._is_up.set()

    def leave(self) -> None:
        """Take no new requests, and end once those that are there are answered."""
        self._app.state.is_leaving = True
        self.should_exit = True

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_up.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._thread.join(20)
        close(self._sockets)
        assert not self._thread.is_alive()

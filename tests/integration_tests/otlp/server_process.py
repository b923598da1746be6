"""A server process of the OTLP doors alone, to be killed: prints its ports when it takes requests.

python server_process.py DATABASE_URL [PORT GRPC_PORT]
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from longpole.ingest.otlp.grpc_server import serve_grpc
from longpole.ingest.otlp.routes import router
from longpole.ingest.pipeline import Pipeline
from longpole.runtime import Runtime
from longpole.settings import Settings


def main(database_url: str, port: int = 0, grpc_port: int = 0) -> None:
    """Serve until killed, or asked to stop."""
    pipeline = Pipeline(Runtime(Settings(database_url=database_url)))
    listener = socket.create_server(("127.0.0.1", port))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        pipeline.start()
        door = serve_grpc(pipeline, "127.0.0.1", grpc_port)
        print(listener.getsockname()[1], door.port, flush=True)  # noqa: T201 - the test reads it
        yield
        door.stop()
        pipeline.stop()

    app = FastAPI(lifespan=lifespan)
    app.include_router(router(pipeline))
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

"""Where everything is put together: one ASGI application on one runtime.

    request ─► in the runtime ─► path as sent ─► rest | OTLP door ─► services
                                                        └─► pipeline ─► services

Every request, in whichever thread, works in the runtime that the application
was made with, so that several can live in one process. The pipeline and the
upkeep start and stop with the application; what was acknowledged is stored
before it stops.

Upstream: `cli.serve`, tests. Downstream: `rest`, `ingest`, `upkeep`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from longpole import __version__, runtime
from longpole.ingest.otlp.routes import router as otlp_router
from longpole.ingest.pipeline import Pipeline
from longpole.rest import deferred, openapi, problems
from longpole.rest.compressed import CompressedReads
from longpole.rest.defects import Defects
from longpole.rest.other_sites import OtherSites
from longpole.rest.paths import PathsAsSent
from longpole.rest.routes import ROUTERS
from longpole.runtime import Runtime
from longpole.upkeep.scheduler import Scheduler
from longpole.upkeep.tasks import tasks

_LOAD_AFTER_S = 0.5
_DESCRIPTION = """Where the time and money of AI workflows go.

Ids are text of up to 255 characters; a slash in one is written `%2F` in a path. Unknown is `null`, never 0.
Times are seconds, money is US dollars, instants are ISO 8601 in UTC. Problems are `application/problem+json`."""


def create_app(on: Runtime, *, grpc: tuple[str, int] | None = None) -> FastAPI:
    """The application, on a runtime.

    Args:
        on: Whose database, settings and clock it uses. It is not closed with the application.
        grpc: Host and port for OTLP over gRPC; None for none. The port that it got is `app.state.grpc_port`.
    """
    pipeline = Pipeline(on)
    app = FastAPI(
        routes=_routes(),
        title="Longpole",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=_lifespan(pipeline, grpc),
        docs_url=None,  # its assets would come from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.runtime = on
    app.state.waiting_bytes = lambda: pipeline.budget.used_bytes
    telemetry = otlp_router(pipeline)
    app.include_router(telemetry)
    routers = (*ROUTERS, telemetry)
    problems.install(app, [route for router in routers for route in router.routes])
    openapi.install(app)
    app.add_middleware(Defects)
    app.add_middleware(CompressedReads)
    app.add_middleware(PathsAsSent)
    app.add_middleware(OtherSites, public_url=on.settings.public_url)
    app.add_middleware(_InRuntime, on=on)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """What all applications of a process answer alike: FastAPI takes 60 ms to make it out, at the first request."""
    shared = APIRouter(generate_unique_id_function=_operation_id, redirect_slashes=False)
    for router in ROUTERS:
        shared.include_router(router)
    return shared.routes


def _operation_id(route: APIRoute) -> str:
    return route.name


class _InRuntime:
    """ASGI middleware that has requests work in the application's runtime."""

    def __init__(self, app: ASGIApp, on: Runtime) -> None:
        self._app = app
        self._on = on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with runtime.use(self._on):
            await self._app(scope, receive, send)


def _lifespan(
    pipeline: Pipeline, grpc: tuple[str, int] | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(pipeline.start)
        loading = asyncio.create_task(_load_the_rest())
        upkeep = Scheduler(pipeline.runtime, tasks(pipeline.runtime))
        if pipeline.runtime.settings.upkeep:
            upkeep.start()
        try:
            async with _grpc_door(app, pipeline, grpc):
                yield
        finally:
            loading.cancel()
            await run_in_threadpool(pipeline.runtime.close_helper)  # so that nobody waits for what it does
            await run_in_threadpool(upkeep.stop)
            await run_in_threadpool(pipeline.stop)

    return lifespan


async def _load_the_rest() -> None:
    """Load what the first questions will need, once the server has said that it is ready."""
    await asyncio.sleep(_LOAD_AFTER_S)
    await run_in_threadpool(deferred.load)


@asynccontextmanager
async def _grpc_door(app: FastAPI, pipeline: Pipeline, address: tuple[str, int] | None) -> AsyncIterator[None]:
    """OTLP over gRPC while the application runs; closed before the pipeline drains."""
    if address is None:
        yield
        return
    from longpole.ingest.otlp.grpc_server import serve_grpc  # noqa: PLC0415 - gRPC is an extra

    host, port = address
    handle = await run_in_threadpool(serve_grpc, pipeline, host, port)
    app.state.grpc_port = handle.port
    try:
        yield
    finally:
        await run_in_threadpool(handle.stop)

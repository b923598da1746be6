"""`/live`: runs as they happen, as server-sent events.

    retry: 2000                     event: run                        id: …
                                    id: …                                        (a sign of life, every 10 s)
    event: reset                    data: {a run}
    id: …
    data: {"items": [runs]}         event: gone …

Each `id` is where to go on from: whoever comes back with it (browsers do so by
themselves, in `Last-Event-ID`) gets what happened since, and all of it. Where
that cannot be told any more there is a `reset`, never silence.

Upstream: `routes`. Downstream: `services.live_feed`. Source: the HTML standard, "Server-sent events".
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.responses import StreamingResponse

from longpole import runtime
from longpole.domain.errors import InvalidInputError
from longpole.domain.live import LiveScope
from longpole.domain.runs import Run
from longpole.rest import problems
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import Id
from longpole.rest.schemas.live import LiveEvents, LiveGone, LiveRun
from longpole.rest.schemas.runs import AsOf

if TYPE_CHECKING:
    from longpole.services import live_feed as service
else:
    service = Deferred("longpole.services.live_feed")

HEARTBEAT_S = 10.0
_RETRY_MS = 2_000
_LONGEST_CURSOR = 20_000


class EventStream(StreamingResponse):
    """Server-sent events, which nobody on the way may keep or hold back."""

    media_type = "text/event-stream"


router = APIRouter(tags=["runs"], responses=problems.documented())


@router.get("/live", response_class=EventStream, responses={200: {"model": LiveEvents}})
async def watch_runs(
    request: Request,
    app_id: Annotated[Id | None, Query(description="Only runs of this application.")] = None,
    workflow_id: Annotated[Id | None, Query(description="Only runs of this workflow; `app_id` says whose.")] = None,
    after: Annotated[
        str | None, Query(max_length=_LONGEST_CURSOR, description="The id of the last event that was seen.")
    ] = None,
    last_event_id: Annotated[
        str | None, Header(max_length=_LONGEST_CURSOR, description="The same, as browsers send it; it counts first.")
    ] = None,
) -> EventStream:
    """An event for each run that begins, changes or ends: `run`, `gone` or, at the beginning, `reset`.

    The first `reset` has the newest runs. Who comes back with the id of the last
    event that was seen gets what happened since, or a `reset` where too much did.
    """
    if workflow_id is not None and app_id is None:
        raise InvalidInputError("app_id", "is needed where workflow_id is given")
    feed = _feed(request.app)
    listener = await feed.listen(LiveScope(app_id, workflow_id), last_event_id or after)
    return EventStream(_events(feed, listener), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def _feed(app: FastAPI) -> "service.Feed":
    """The one feed of the application; it rests while nobody looks on."""
    if not hasattr(app.state, "live_feed"):
        here = runtime.current()
        as_of = AsOf.now(here)

        def words(run: Run, now_ns: int) -> str:
            return LiveRun.seen(run, replace(as_of, now_ns=now_ns)).model_dump_json()

        app.state.live_feed = service.Feed(here, words, lambda: getattr(app.state, "is_leaving", False))
    feed: service.Feed = app.state.live_feed
    return feed


async def _events(feed: "service.Feed", listener: "service.Listener") -> AsyncIterator[str]:
    """The text of the stream, until one of the two leaves."""
    try:
        yield f"retry: {_RETRY_MS}\n\n"
        before = ""
        while not listener.is_over:
            told = await listener.next(HEARTBEAT_S)
            for each in told:
                yield "".join(_text(each, before))
                before = str(each.cursor)
            if not told:
                before = str(listener.cursor)
                yield f": still here\nid: {before}\n\n"
    finally:
        feed.leave(listener)


def _text(told: "service.Told", before: str) -> Iterator[str]:
    """Events; all but the last of those that belong together have the id `before` them, should the rest be lost."""
    if told.is_reset:
        yield _event("reset", f'{{"items":[{",".join(told.runs)}]}}', str(told.cursor))
        return
    each = [("gone", LiveGone(workflow_run_id=run_id).model_dump_json()) for run_id in told.gone]
    each += [("run", run) for run in told.runs]
    for place, (name, data) in enumerate(each, 1):
        yield _event(name, data, str(told.cursor) if place == len(each) else before)


def _event(name: str, data: str, event_id: str) -> str:
    said = f"id: {event_id}\n" if event_id else ""
    return f"event: {name}\n{said}data: {data}\n\n"

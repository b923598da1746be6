"""One look at what has become of runs since the last one, for all who look on at the same time.

Everything of a look is read in one snapshot: what changed since the last look,
the state of who joins, and the cursor that the next look goes on from. So
nothing falls between the state that somebody begins with and what follows.

Upstream: `live_feed`. Downstream: `store.live_reads`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.live import Changed, LiveScope
from longpole.domain.runs import Run
from longpole.domain.units import nanoseconds
from longpole.store import live_reads
from longpole.store.live_cursors import Cursor
from longpole.store.live_reads import Patience

MOST_CHANGES = 1_000
"""Of more runs than that in one look nobody is told one by one: they begin anew with the newest ones."""
NEWEST = 200


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody who begins to look on; `after` is where he was before, None: nowhere that is known."""

    scope: LiveScope
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """What he begins with: what has changed since he left, or else (`newest`) the newest runs."""

    changes: tuple[Changed, ...] = ()
    newest: tuple[Run, ...] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen at one moment; `changes` is None where there are too many to be told of."""

    cursor: Cursor
    changes: tuple[Changed, ...] | None
    begun: tuple[Begun, ...]


def look(after: Cursor | None, joining: Sequence[Joining]) -> Look:
    """What has changed since a cursor (None: nobody looked on before), and what those begin with who join now.

    Raises:
        StorageUnavailableError: The database does not answer.
    """
    here = runtime.current()
    settings = here.settings
    patience = Patience(nanoseconds(settings.run_settle_seconds), nanoseconds(settings.run_abandon_seconds))
    now_ns = here.clock() if after is None else max(after.as_of_ns, here.clock())
    with runtime.reading() as connection:
        now = live_reads.seen_now(connection, now_ns)
        changes: tuple[Changed, ...] | None = ()
        if after is not None:
            is_same = live_reads.can_go_on(connection, after, now, patience.settle_ns)
            changes = live_reads.changes(connection, after, now, patience, MOST_CHANGES) if is_same else None

        @cache  # many come at the same time, after a restart of the server
        def newest(scope: LiveScope) -> tuple[Run, ...]:
            return live_reads.newest(connection, scope, now.as_of_ns, patience, NEWEST)

        begun = tuple(_begun(connection, each, now, patience, newest) for each in joining)
    return Look(now, changes, begun)


def _begun(
    connection: Connection,
    joining: Joining,
    now: Cursor,
    patience: Patience,
    newest: Callable[[LiveScope], tuple[Run, ...]],
) -> Begun:
    after = joining.after
    if after is not None and live_reads.can_go_on(connection, after, now, patience.settle_ns):
        changes = live_reads.changes(connection, after, now, patience, MOST_CHANGES)
        if changes is not None:
            return Begun(changes)
    return Begun(newest=newest(joining.scope))

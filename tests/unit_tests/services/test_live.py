"""Looking on: each change is new in one look, a cursor that is too old is refused, who is too slow begins anew."""

import asyncio
from dataclasses import replace

import pytest

from longpole.domain.live import LiveScope
from longpole.domain.runs import Run, RunRecord
from longpole.runtime import Runtime
from longpole.services.live import Joining, look
from longpole.services.live_feed import MOST_WAITING, Listener, Told
from longpole.services.live_upkeep import forget_old_changes
from longpole.services.retention_pace import Pace
from longpole.store.engine import writing
from longpole.store.live_cursors import Cursor
from longpole.store.run_writes import write_records

HOUR_NS = 3_600 * 10**9


def write(on: Runtime, *ids: str) -> None:
    with writing(on.engine) as connection:
        write_records(connection, [RunRecord(Run(run_id, "shop", "checkout")) for run_id in ids], now_ns=on.clock())


def seen(after: Cursor) -> tuple[list[str], Cursor]:
    looked = look(after, ())
    assert looked.changes is not None
    return sorted(each.workflow_run_id for each in looked.changes), looked.cursor


def test_each_change_is_new_in_one_look(runtime: Runtime) -> None:
    cursor = look(None, ()).cursor
    write(runtime, "a", "b")
    first, cursor = seen(cursor)
    write(runtime, "b", "c")
    second, cursor = seen(cursor)
    third, _ = seen(cursor)
    assert (first, second, third) == (["a", "b"], ["b", "c"], [])


def test_what_is_committed_late_is_new_then(postgres_url: str) -> None:
    from longpole import runtime as runtime_module  # noqa: PLC0415 - the name is a fixture's elsewhere
    from longpole.settings import Settings  # noqa: PLC0415 - as above

    with runtime_module.use(Runtime(Settings(database_url=postgres_url))) as on:
        write(on, "before")  # so that the workflow is known, which one of the two would wait for
        cursor = look(None, ()).cursor
        with writing(on.engine) as slow:
            write_records(slow, [RunRecord(Run("slow", "shop", "checkout"))], now_ns=on.clock())
            write(on, "quick")
            first, cursor = seen(cursor)
            again, cursor = seen(cursor)
        late, cursor = seen(cursor)
        assert (first, again, late, seen(cursor)[0]) == (["quick"], [], ["slow"], [])
        on.close()


def test_a_cursor_says_where_it_is_from() -> None:
    cursor = Cursor(7, 300, (12, 299), 10**18)
    assert Cursor.read(str(cursor)) == cursor
    assert cursor.oldest_id() == 12


def test_who_comes_back_too_late_begins_anew(runtime: Runtime) -> None:
    write(runtime, "a")
    cursor = look(None, ()).cursor
    write(runtime, "b")
    write(runtime, "c")
    assert look(None, [Joining(LiveScope(), cursor)]).begun[0].newest is None
    begin_ns = runtime.clock()
    runtime.clock = lambda: begin_ns + HOUR_NS
    assert forget_old_changes(Pace()) == 2, "the newest stays, so that numbers go on from it"
    begun = look(None, [Joining(LiveScope(), cursor)]).begun[0]
    assert {run.workflow_run_id for run in begun.newest or ()} == {"a", "b", "c"}


@pytest.mark.parametrize("change", [{"journal": 1}, {"next_id": 1 << 62}])
def test_a_cursor_of_elsewhere_begins_anew(runtime: Runtime, change: dict[str, int]) -> None:
    cursor = replace(look(None, ()).cursor, **change)  # type: ignore[arg-type]  # numbers of a cursor
    assert look(None, [Joining(LiveScope(), cursor)]).begun[0].newest == ()


def test_who_is_too_slow_forgets_what_waits_and_begins_anew() -> None:
    async def scene() -> None:
        slow = Listener(LiveScope(), None, asyncio.get_running_loop().create_future(), must_begin=False)
        for _ in range(MOST_WAITING + 1):
            slow.tell(Told(Cursor(0, 1, (), 0), runs=("{}",)))
        assert slow.must_begin
        assert await slow.next(0) in ((), [])

    asyncio.run(scene())

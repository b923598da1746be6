"""Forgets what has become of runs once nobody can want to go on from there.

Where that ends is remembered in the same transaction, so that a cursor from
before is known to be too old. The newest note stays: on SQLite the next number
is one more than its.

Upstream: `services.live_upkeep`. Downstream: `tables.live`; `live_reads.can_go_on` reads what is remembered.
"""

from sqlalchemy import Connection, delete, func, select

from longpole.store.keys import first_key_at
from longpole.store.live_reads import PRUNED_BELOW, PRUNED_KEY
from longpole.store.tables import run_changes
from longpole.store.upkeep_log import fact, remember

_number, _key = run_changes.c.transaction_id, run_changes.c.change_key


def old_transactions(connection: Connection, before_ns: int, surplus_before_ns: int, most: int) -> int | None:
    """Below which number notes may go: those from before an instant, and of more than `most` those from before another.

    None where there is nothing to forget.
    """
    by_age = _newest_before(connection, before_ns)
    surplus = connection.scalar(select(_number).order_by(_number.desc()).offset(most).limit(1))
    by_count = None if surplus is None else _newest_before(connection, surplus_before_ns)
    below = max(by_age or 0, min(surplus or 0, by_count or 0))
    there = connection.scalar(select(_number).where(_number < below).limit(1))
    return None if there is None else below


def _newest_before(connection: Connection, at_ns: int) -> int | None:
    found: int | None = connection.scalar(select(func.max(_number)).where(_key < first_key_at(at_ns)))
    return found


def forget_changes(connection: Connection, below: int, limit: int) -> int:
    """Delete the notes of some transactions below a number, the oldest first; how many notes, 0 once none is left."""
    some = connection.scalar(select(_number).where(_number < below).order_by(_number).offset(limit).limit(1))
    bound = below if some is None else min(below, some + 1)
    newest_key = connection.scalar(select(func.max(_key)).where(_number < bound))
    if newest_key is None:
        return 0
    remember(connection, PRUNED_BELOW, max(bound, fact(connection, PRUNED_BELOW) or 0))
    remember(connection, PRUNED_KEY, max(newest_key, fact(connection, PRUNED_KEY) or 0))
    return connection.execute(delete(run_changes).where(_number < bound)).rowcount

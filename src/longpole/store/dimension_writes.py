"""Sees to it that the rows exist which many others share: workflows, nodes, models.

Rows are only ever added, and their keys are hashes, so writing one again is
harmless. A key that was seen to be committed is not written again by this
process.

Upstream: `run_writes`, `recorded_nodes`. Downstream: `tables.dimensions`.
"""

import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event

from longpole.store.bulk import insert_new_rows
from longpole.store.row_packing import Keys, Packer, Row
from longpole.store.tables import models, nodes, workflows
from longpole.store.values import optional_text

_MOST_REMEMBERED = 200_000
_lock = threading.Lock()
_committed: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()


def write_dimensions(connection: Connection, packed: Packer) -> None:
    """Add what rows that were packed refer to and what is not there yet."""
    known = _known(connection.engine)
    added: list[int] = []
    for table, keys in ((workflows, packed.workflows), (nodes, packed.nodes), (models, packed.models)):
        rows = sorted(_new_rows(keys, known), key=lambda row: int(row[0]))
        insert_new_rows(connection, table, rows)
        added.extend(row[0] for row in rows)
    if added:
        _remember_on_commit(connection, added)


def _new_rows(keys: Keys, known: set[int]) -> Iterable[Row]:
    for dimension, key in keys.items():
        if key is not None and key not in known:
            yield (key, *map(optional_text, dimension))


def _known(engine: Engine) -> set[int]:
    with _lock:
        return _committed.setdefault(engine, set())


def _remember_on_commit(connection: Connection, keys: list[int]) -> None:
    """Only what was committed is known to exist: a transaction that rolls back takes its rows with it."""
    known = _known(connection.engine)

    @event.listens_for(connection, "commit", once=True)
    def remember(_connection: Connection) -> None:
        with _lock:
            if len(known) + len(keys) > _MOST_REMEMBERED:
                known.clear()
            known.update(keys)


def forget(engine: Engine) -> None:
    """Start anew: the rows may be gone, as after a migration down and up."""
    with _lock:
        _committed.pop(engine, None)

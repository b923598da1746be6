"""What many executions refer to, by its place: nodes, models, versions, users.

Keys of nodes and models tell more apart than advice needs (an engine's own
spelling of a type, the model that was asked for): those share a place.

Upstream: `advice_reads`. Downstream: the tables of `tables.dimensions`.
"""

from collections.abc import Hashable, Iterable
from typing import Any, Generic, TypeVar

import numpy as np
from sqlalchemy import Connection, Table, select

from longpole.advice.observations import ModelInfo, NodeInfo
from longpole.store.columns import Ints
from longpole.store.tables import models, nodes

_KEYS_PER_QUERY = 500
_NOWHERE = -1
Thing = TypeVar("Thing", bound=Hashable)


class Places(Generic[Thing]):
    """The place of each thing, in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._places: dict[Thing, int] = {}

    def of(self, thing: Thing | None) -> int:
        """Its place; -1 for None."""
        return _NOWHERE if thing is None else self._places.setdefault(thing, len(self._places))

    def all_of(self, things: Iterable[Thing | None]) -> Ints:
        """The places of many."""
        return np.array([self.of(thing) for thing in things], dtype=np.int64)

    def things(self) -> tuple[Thing, ...]:
        """All of them, in order."""
        return tuple(self._places)


class Dimensions:
    """The nodes and models that keys stand for, read when they are first met."""

    def __init__(self) -> None:
        self.nodes: Places[NodeInfo] = Places()
        self.models: Places[ModelInfo] = Places()
        self._node_places: dict[int, int] = {}
        self._model_places: dict[int, int] = {_NOWHERE: _NOWHERE}

    def node_places(self, connection: Connection, keys: Ints) -> Ints:
        """Where the nodes of keys are."""
        found, where = np.unique(keys, return_inverse=True)
        columns = ("node_key", "node_id", "enclosing_node_id", "node_type", "node_title")
        for key, *info in _rows(connection, nodes, columns, self._node_places, found):
            self._node_places[key] = self.nodes.of(NodeInfo(*info))
        return _looked_up(self._node_places, found)[where]

    def node_place(self, key: int) -> int:
        """Where the node of a key is; -1 where it was never met."""
        return self._node_places.get(key, _NOWHERE)

    def model_place(self, key: int) -> int:
        """Where the model of a key is; -1 where it is none that is known."""
        return self._model_places.get(key, _NOWHERE)

    def model_places(self, connection: Connection, keys: Ints) -> Ints:
        """Where the models of keys are; -1 for what is no call of a known model."""
        found, where = np.unique(keys, return_inverse=True)
        columns = ("model_key", "model", "provider")
        for key, model, provider in _rows(connection, models, columns, self._model_places, found):
            self._model_places[key] = self.models.of(None if model is None else ModelInfo(model, provider))
        return _looked_up(self._model_places, found)[where]


def _looked_up(places: dict[int, int], keys: Ints) -> Ints:
    return np.array([places[key] for key in keys.tolist()], dtype=np.int64)


def _rows(
    connection: Connection, table: Table, columns: tuple[str, ...], known: dict[int, int], keys: Ints
) -> Iterable[tuple[Any, ...]]:
    """The rows of those keys that are not known yet, in their order."""
    missing = [key for key in keys.tolist() if key not in known]
    query = select(*(table.c[name] for name in columns)).order_by(table.c[columns[0]])
    for begin in range(0, len(missing), _KEYS_PER_QUERY):
        some = missing[begin : begin + _KEYS_PER_QUERY]
        yield from map(tuple, connection.execute(query.where(table.c[columns[0]].in_(some))))

"""Graphs that come with spans are stored when they are new, not with every run.

A client sends its graph again and again. What was stored last is remembered,
per database, so that a run that says the same costs a look into a dictionary;
and a workflow whose graph is another one with every run is written once a
minute.

Upstream: `services.telemetry`. Downstream: `graphs.telemetry`, `store.graphs`.
"""

import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from longpole import runtime
from longpole.assembly.declared import Declaration
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.graphs.telemetry import sent_graph
from longpole.store import graphs as store

_MOST = 10_000
_REST_NS = 60 * NS_PER_SECOND
_Known = dict[tuple[str, str, str | None], tuple[tuple[tuple[str, str, str], ...], int]]
"""By workflow and version: the edges that are stored, and when they were."""

_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()
_lock = threading.Lock()


def keep(declarations: Iterable[Declaration]) -> int:
    """Store the graphs that are new; how many.

    Raises:
        StorageUnavailableError: None was stored; the next run of the workflow tries again.
    """
    sent = tuple(declarations)
    if not sent:
        return 0
    now_ns = runtime.current().clock()
    with _lock:
        known = _known.setdefault(runtime.current().engine, {})
        new = [each for each in sent if _is_new(known, each, now_ns)]
    if not new:
        return 0
    with runtime.unit_of_work() as connection:
        for each in sorted(new, key=_whose):
            graph = sent_graph(each.edges, each.scope, each.workflow_version)
            if graph is not None:
                store.write(connection, each.app_id, each.workflow_id, graph, instant(now_ns))
    with _lock:
        if len(known) + len(new) > _MOST:
            known.clear()
        known.update({(each.app_id, each.workflow_id, each.workflow_version): (each.edges, now_ns) for each in new})
    return len(new)


def _whose(declaration: Declaration) -> tuple[str, str, str]:
    return declaration.app_id, declaration.workflow_id, declaration.workflow_version or ""


def _is_new(known: _Known, declaration: Declaration, now_ns: int) -> bool:
    stored = known.get((declaration.app_id, declaration.workflow_id, declaration.workflow_version))
    if stored is None:
        return True
    edges, at_ns = stored
    return edges != declaration.edges and now_ns - at_ns >= _REST_NS

"""Which workflow a graph belongs to that a span declares.

That of the run that the span is in; where building a workflow is a trace of
its own, and no run, what the span itself says. Of several spans of a run that
declare a graph the first one counts: the others are inside of it.

Upstream: `services.trace_plans`. Downstream: `graphs.telemetry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from longpole.assembly.facts import SpanFacts
from longpole.assembly.naming import UNKNOWN_APP, UNKNOWN_WORKFLOW
from longpole.domain.runs import Run, RunRecord

_declared_edges = attrgetter("declared_edges")
_Names = tuple[str, str, str | None]
"""Application, workflow and its version."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A graph as it was sent.

    Attributes:
        edges: Source, target and condition; empty: none.
        scope: The instrumentation that sent it.
    """

    app_id: str
    workflow_id: str
    workflow_version: str | None
    edges: tuple[tuple[str, str, str], ...]
    scope: str | None


def declarations(spans: Sequence[SpanFacts], records: Sequence[RunRecord]) -> tuple[Declaration, ...]:
    """What `spans` declare, of which `records` are the runs; one per workflow and version."""
    if not any(map(_declared_edges, spans)):  # nearly always, and as quick as can be
        return ()
    runs = {record.run.workflow_run_id: record.run for record in records}
    of_trace = {record.run.trace_id: record.run for record in records}
    found: dict[_Names, Declaration] = {}
    declaring = [span for span in spans if span.declared_edges]
    for span in sorted(declaring, key=lambda span: (span.start_ns, span.span_id)):
        run = runs.get(span.run_id or "") or of_trace.get(span.trace_id.hex())
        names = _names(run) if run is not None else _own_names(span) if not records else None
        if names is not None:
            found.setdefault(names, Declaration(*names, span.declared_edges, span.scope))
    return tuple(found.values())


def _names(run: Run) -> _Names | None:
    """The run's; nothing while its root has not arrived, and with it its name."""
    if run.app_id is None or run.workflow_id is None or run.workflow_id == UNKNOWN_WORKFLOW:
        return None
    return run.app_id, run.workflow_id, run.workflow_version


def _own_names(span: SpanFacts) -> _Names | None:
    if span.workflow is None:
        return None
    app_id = span.app[1] if span.app is not None else span.service
    version = None if span.workflow_version is None else span.workflow_version[1]
    return app_id or UNKNOWN_APP, span.workflow[1], version

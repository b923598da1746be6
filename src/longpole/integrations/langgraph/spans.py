"""A hit as a span of its run's trace: LangGraph itself says nothing of nodes that it did not run.

The span around it is the graph's, as whoever instruments LangChain has it
(OpenInference, OpenLLMetry), else the current one.

Upstream: `records`. Downstream: the program's own exporter.
"""

import json
from importlib.util import find_spec
from typing import Any, NamedTuple

from longpole.domain.semconv import longpole as own
from longpole.integrations.langgraph.tasks import Task

_HAS_TRACES = find_spec("opentelemetry") is not None
if _HAS_TRACES:
    from opentelemetry import trace

_NAME = "longpole.langgraph"


class Parent(NamedTuple):
    """The span of a graph's run, and a tracer that exports to where that goes."""

    span: Any
    tracer: Any


def parent_of(task: Task, tracer_provider: Any = None) -> Parent | None:
    """The span around a task, if it is being recorded.

    Args:
        task: What runs, or is served.
        tracer_provider: That of the program, where it is not the global one.
    """
    if not _HAS_TRACES:
        return None
    mine = trace.get_tracer(_NAME, tracer_provider=tracer_provider)
    found = _of_handlers(task.manager, mine) or Parent(trace.get_current_span(), mine)
    return found if found.span.is_recording() else None


def add_hit(parent: Parent, task: Task, start_ns: int, end_ns: int) -> bool:
    """Have a hit in the trace, from when it was asked for to when it was there, in nanoseconds since the epoch.

    Returns:
        Whether it is there: a tracer of another provider than that of the span around it records nothing.
    """
    attributes: dict[str, str | bool] = {
        own.NODE_ID: task.node_id,
        own.IS_CACHED: True,
        "openinference.span.kind": "CHAIN",
        "metadata": json.dumps(dict(task.metadata), default=str),
    }
    context = trace.set_span_in_context(parent.span)
    span = parent.tracer.start_span(task.node_id, context, attributes=attributes, start_time=start_ns)
    is_there: bool = span.is_recording()
    span.end(end_ns)
    return is_there


def _of_handlers(manager: Any, mine: Any) -> Parent | None:
    run_id = getattr(manager, "run_id", None)
    for handler in getattr(manager, "handlers", None) or ():
        spans = getattr(handler, "spans", None)
        if hasattr(handler, "get_span"):  # OpenInference
            span, tracer = handler.get_span(run_id), getattr(handler, "_tracer", None)
        elif isinstance(spans, dict) and run_id in spans:  # OpenLLMetry
            span, tracer = getattr(spans[run_id], "span", None), getattr(handler, "tracer", None)
        else:
            continue
        if span is not None:
            return Parent(span, tracer or mine)
    return None

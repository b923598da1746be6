"""What was sent to models, as text: where contents are kept, the newest calls of a workflow, and only some.

A call's content is kept by its span. A node execution's id says which span that
is, unless the engine gave it an id of its own: those are left out.

    9f86d081884c7d65                                   the span of the run's trace
    0af7651916cd43dd8448eb211c80319c/9f86d081884c7d65/3    another trace's

Upstream: `services.observations`. Downstream: the table `span_contents`.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from longpole.store.tables import node_executions, run_traces, runs, span_contents

MOST_PROMPTS, MOST_BYTES = 2_000, 32 << 20
_RUNS_AT_A_TIME = 100
_INPUT = 0
_SPAN = re.compile(r"(?:([0-9a-f]{32})/)?([0-9a-f]{16})(?:/\d+/*)?")
e, r, s = node_executions.c, runs.c, span_contents.c


class Call(NamedTuple):
    """A call of a model: of which run, which node, which model, when; and what was sent."""

    run_key: int
    node_key: int
    model_key: int
    start_ns: int | None
    prompt: str


class _Named(NamedTuple):
    """The same, by the id of its execution."""

    run_key: int
    node_key: int
    model_key: int
    start_ns: int | None
    id_: str


def has_contents(connection: Connection) -> bool:
    """Whether any content was ever kept."""
    return connection.execute(select(s.trace_id).limit(1)).first() is not None


def newest_prompts(
    connection: Connection, run_keys: list[int], most: int = MOST_PROMPTS, most_bytes: int = MOST_BYTES
) -> Iterator[Call]:
    """The newest calls of models whose input is kept.

    Args:
        connection: A transaction.
        run_keys: Of runs in order of their end; the last ones are looked at first.
        most: So many calls at most, of which some may have no content.
        most_bytes: So much text at most.
    """
    for end in range(len(run_keys), 0, -_RUNS_AT_A_TIME):
        some = run_keys[max(0, end - _RUNS_AT_A_TIME) : end]
        place = {key: number for number, key in enumerate(some)}
        calls = sorted(
            _calls(connection, some), key=lambda call: (-place[call.run_key], -(call.start_ns or 0), call.id_)
        )
        bodies = _inputs(connection, some, calls[:most])
        for call in calls[:most]:
            body = bodies.get((call.run_key, call.id_))
            if body is None:
                continue
            sent = zlib.decompress(body)
            most_bytes -= len(sent)
            if most_bytes < 0:
                return
            yield Call(*call[:-1], sent.decode("utf-8", "replace"))
        most -= len(calls)
        if most <= 0:
            return


def _calls(connection: Connection, run_keys: list[int]) -> list[_Named]:
    query = select(e.run_key, e.node_key, e.model_key, e.start_ns, e.node_execution_id)
    wanted = query.where(e.run_key.in_(run_keys), e.model_key.is_not(None))
    return [_Named(*row) for row in connection.execute(wanted)]


def _inputs(connection: Connection, run_keys: list[int], calls: list[_Named]) -> dict[tuple[int, str], bytes]:
    """By run key and execution id: what was sent, packed."""
    traces = _traces(connection, run_keys)
    spans: dict[bytes, list[tuple[bytes, tuple[int, str]]]] = defaultdict(list)
    for run_key, *_, id_ in calls:
        named = _SPAN.fullmatch(id_)
        if named is None:
            continue
        trace, span = named.groups()
        for trace_id in [bytes.fromhex(trace)] if trace else traces[run_key]:
            spans[trace_id].append((bytes.fromhex(span), (run_key, id_)))
    found: dict[tuple[int, str], bytes] = {}
    for trace_id, wanted in spans.items():
        call_of = dict(wanted)
        query = select(s.span_id, s.body).where(s.trace_id == trace_id, s.direction == _INPUT)
        for span_id, body in connection.execute(query.where(s.span_id.in_(sorted(call_of)))):
            found[call_of[bytes(span_id)]] = bytes(body)
    return found


def _traces(connection: Connection, run_keys: list[int]) -> dict[int, list[bytes]]:
    """The traces that each run is made of."""
    found: dict[int, list[bytes]] = defaultdict(list)
    query = select(r.run_key, r.trace_id).where(r.run_key.in_(run_keys), r.trace_id.is_not(None))
    for run_key, trace_id in connection.execute(query):
        found[run_key].append(bytes(trace_id))
    named = select(r.run_key, run_traces.c.trace_id).join(run_traces, run_traces.c.workflow_run_id == r.workflow_run_id)
    for run_key, trace_id in connection.execute(named.where(r.run_key.in_(run_keys))):
        if bytes(trace_id) not in found[run_key]:
            found[run_key].append(bytes(trace_id))
    return found

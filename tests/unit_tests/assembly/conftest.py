"""Spans drawn as text.

    trip_planner  |==========|
      plan        |==        |  llm
      book        |  =!      |
      book        |    ==    |

A line is a span: its indent says what it is inside, `=` when it ran (a column
is a millisecond), `!` at its end that it failed. Words after the bar are its
type and flags.
"""

from collections.abc import Callable
from typing import Any

import pytest

from longpole.assembly.facts import Role, SpanFacts

TRACE = bytes(range(16))
MS = 1_000_000

Draw = Callable[..., list[SpanFacts]]


def draw(picture: str, trace_id: bytes = TRACE, **more: dict[str, Any]) -> list[SpanFacts]:
    """The spans of a picture; `more` gives further facts by name of the span (or `name#2` for its second line)."""
    spans: list[SpanFacts] = []
    around: list[tuple[int, bytes]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(filter(str.strip, picture.splitlines()), 1):
        left, bar, words = line.split("|")
        name = left.strip()
        seen[name] = seen.get(name, 0) + 1
        indent = len(left) - len(left.lstrip())
        around = [(depth, span_id) for depth, span_id in around if depth < indent]
        span_id = number.to_bytes(8, "big")
        kind = (words.split() or ["node"])[0]
        facts: dict[str, Any] = {
            "trace_id": trace_id,
            "span_id": span_id,
            "parent_span_id": around[-1][1] if around else None,
            "name": name,
            "node_id": name,
            "node_type": kind,
            "is_ai": kind not in {"http", "hidden"},
            "role": Role.BRIDGE if kind == "http" else Role.HIDDEN if kind == "hidden" else Role.NODE,
            "start_ns": (len(bar) - len(bar.lstrip())) * MS,
            "end_ns": len(bar.rstrip()) * MS,
            "is_failed": "!" in bar,
            **more.get(name, {}),
            **more.get(f"{name}#{seen[name]}", {}),
        }
        spans.append(SpanFacts(**facts))
        around.append((indent, span_id))
    return spans


@pytest.fixture(name="draw")
def _draw() -> Draw:
    return draw

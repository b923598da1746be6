"""Which spans' tokens and costs count, so that no token is counted twice.

Agents and outer calls repeat what their children report, and a call that was
instrumented twice reports twice. A span counts only if nothing below it
reports usage, and of siblings that report the same response only one does.

Upstream: `assembly.forest`. Downstream: `assembly.nodes`.
Source: RULE 6 and A5 of the design's OTLP contract: exact in every recorded
run, where the plain sum is wrong in a fifth.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from longpole.assembly.facts import SpanFacts
from longpole.assembly.forest import Forest
from longpole.domain.runs import NO_TOKENS, TokenUsage

_tokens = attrgetter("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")


def counted(forest: Forest) -> list[bool]:
    """For each span whether its usage and cost count."""
    reports = [
        span.input_tokens is not None or span.output_tokens is not None or span.cost_pico_usd is not None
        for span in forest.spans
    ]
    below = forest.holds_below(reports)
    counts = [report and not lower for report, lower in zip(reports, below, strict=True)]
    for twin in _twins(forest, counts):
        counts[twin] = False
    return counts


def _twins(forest: Forest, counts: list[bool]) -> list[int]:
    """Spans whose response a sibling reports as well, by another instrumentation and at the same time."""
    first: dict[tuple[int, str], int] = {}
    twins = []
    for index, span in enumerate(forest.spans):
        if span.response_id is not None and counts[index]:
            known = first.setdefault((forest.parent[index], span.response_id), index)
            if known != index and _is_same_call(forest.spans[known], span):
                twins.append(index)
    return twins


def _is_same_call(one: SpanFacts, other: SpanFacts) -> bool:
    """Two records of one call overlap and come from different instrumentations."""
    if one.scope == other.scope:
        return False
    one_end = one.start_ns if one.end_ns is None else one.end_ns
    other_end = other.start_ns if other.end_ns is None else other.end_ns
    return one.start_ns <= other_end and other.start_ns <= one_end


def tokens_of(span: SpanFacts) -> TokenUsage:
    """The tokens that a span reports."""
    return TokenUsage(*_tokens(span))


def tokens_together(spans: Sequence[SpanFacts]) -> TokenUsage:
    """The tokens that spans report, by kind; a kind that none reports is unknown."""
    if len(spans) == 1:
        return tokens_of(spans[0])
    if not spans:
        return NO_TOKENS
    by_kind = zip(*map(_tokens, spans), strict=True)
    return TokenUsage(*map(_sum, by_kind))


def cost_together(spans: Sequence[SpanFacts]) -> int | None:
    """The sum of the costs that were sent, pico-dollars; None if none was."""
    return spans[0].cost_pico_usd if len(spans) == 1 else _sum([span.cost_pico_usd for span in spans])


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None

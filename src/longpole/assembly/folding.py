"""Attempts folded into one: what a retried node says of itself, as if it were one span.

It lasts from the first attempt's start to the last one's end, ends as the last
did, keeps the last failure, got the first one's input and gave the last one's
output.

Upstream: `assembly.attempts`. Downstream: `assembly.nodes`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from longpole.assembly.facts import SpanFacts
from longpole.domain.runs import Attempt, NodeStatus

Choice = Callable[[list[Any]], Any]


def _first(known: list[Any]) -> Any:
    return known[0]


def _last(known: list[Any]) -> Any:
    return known[-1]


_CHOICES: dict[str, Choice] = {
    **dict.fromkeys(("node_title", "raw_type", "ready_ns", "input_bytes", "input_fingerprint"), _first),
    **dict.fromkeys(("model", "requested_model", "provider", "is_cached", "output_bytes", "output_fingerprint"), _last),
    **dict.fromkeys(("first_token_ns", "iteration_index", "slot"), _last),
    **dict.fromkeys(("memory_peak_bytes", "reported_attempts"), max),
    "cpu_ns": sum,
}


def folded(attempts: Sequence[SpanFacts]) -> SpanFacts:
    """The attempts of one execution, by start, as one span; a single attempt is that span itself."""
    if len(attempts) == 1:
        return attempts[0]
    first, last = attempts[0], attempts[-1]
    told: dict[str, Any] = {}
    for name, choose in _CHOICES.items():
        known = [value for span in attempts if (value := getattr(span, name)) is not None]
        told[name] = choose(known) if known else None
    failure = next((span for span in reversed(attempts) if span.is_failed), last)
    return msgspec.structs.replace(
        first,
        end_ns=last.end_ns,
        is_failed=last.is_failed,
        is_skipped=last.is_skipped,
        error_type=failure.error_type,
        error_message=failure.error_message,
        waits_for=next((span.waits_for for span in attempts if span.waits_for), ()),
        metrics={name: value for span in attempts for name, value in span.metrics.items()},
        **told,
    )


_FAILED, _SKIPPED, _SUCCEEDED = NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.SUCCEEDED  # asked of every span


def status_of(span: SpanFacts) -> NodeStatus | None:
    """How a span ended; None where it has not."""
    if span.end_ns is None:
        return None
    if span.is_failed:
        return _FAILED
    return _SKIPPED if span.is_skipped else _SUCCEEDED


def attempt_log(attempts: Sequence[SpanFacts]) -> tuple[Attempt, ...]:
    """The attempts of a node that had several; what was tried again had failed, even if it was sent as good."""
    if len(attempts) == 1:
        return ()
    return tuple(
        Attempt(
            number=number,
            start_ns=span.start_ns,
            end_ns=None if span.end_ns is None else max(span.end_ns, span.start_ns),
            status=status_of(span) if number == len(attempts) else NodeStatus.FAILED,
            error_type=span.error_type,
            error_message=span.error_message,
        )
        for number, span in enumerate(attempts, 1)
    )

"""Two rules may see the same thing from two sides: it is told once, by the one that says it is worth more.

    slow_nodes.input           “Draft” is slow when its input is large           kept
    token_usage.prompt_growth  “Draft” is sent more from turn to turn            evidence of the first

What one rule finds is never held against what the same rule finds elsewhere:
it has seen to that itself.

Upstream: `services.advisor`. Downstream: `worth`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from longpole.advice.plain import plain
from longpole.advice.severity import severity_of
from longpole.advice.worth import rank, worth
from longpole.domain.findings import Finding

_SAME_CAUSE: tuple[frozenset[str], ...] = (
    frozenset({"slow_nodes.input", "token_usage.prompt_growth", "scalability.large_payload"}),
    frozenset({"slow_nodes.model", "token_usage.model_price"}),
    frozenset({"slow_nodes.queue", "scalability.slot_saturation"}),
    frozenset({"slow_nodes.tail", "retry_patterns.timeout_long"}),
    frozenset({"error_patterns", "best_practice.no_error_strategy"}),
    frozenset({"retry_patterns", "best_practice.no_error_strategy"}),
)
"""Rules, or cases of them, that speak of one cause where they speak of one node."""


def told_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each cause on a node told by the one that is worth most; what else speaks of it is its evidence."""
    found = list(findings)
    by_worth = sorted(range(len(found)), key=lambda place: _first(found[place]))
    kept: list[int] = []
    others: dict[int, list[Finding]] = {}
    for place in by_worth:
        speaker = next((each for each in kept if _is_same(found[each], found[place])), None)
        if speaker is None:
            kept.append(place)
        else:
            others.setdefault(speaker, []).append(found[place])
    return tuple(_with(found[place], others.get(place, ())) for place in sorted(kept))


def _first(finding: Finding) -> tuple[int, float]:
    """A sorting key: the most severe first, of those the most worth."""
    return -rank(severity_of(finding)), -worth(plain(finding.gain))


def _is_same(one: Finding, other: Finding) -> bool:
    if one.rule.partition(".")[0] == other.rule.partition(".")[0] or not _is_of_one_node(one, other):
        return False
    return any(_names(one) & causes and _names(other) & causes for causes in _SAME_CAUSE)


def _is_of_one_node(one: Finding, other: Finding) -> bool:
    """Whether one of them blames, before all others, a node that the other speaks of."""
    return bool(
        {*one.affected_nodes[:1]} & {*other.affected_nodes} or {*other.affected_nodes[:1]} & {*one.affected_nodes}
    )


def _names(finding: Finding) -> frozenset[str]:
    return frozenset({finding.rule, finding.rule.partition(".")[0]})


def _with(finding: Finding, others: Sequence[Finding]) -> Finding:
    related = [
        {
            "kind": "related",
            "rule": other.rule,
            "title": other.title,
            "improvement": other.improvement,
            "node_ids": list(other.affected_nodes),
        }
        for other in others
    ]
    return replace(finding, evidence=(*finding.evidence, *related)) if related else finding

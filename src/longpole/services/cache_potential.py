"""What a cache would bring of the nodes that none serves yet: as shadow mode saw it, else as advice reckons.

A node that was asked for in earnest after it was last looked on is cached, and
no longer in question. What shadow mode saw goes before advice: it compared the
very keys that a cache would have.

Upstream: `rest.cache`. Downstream: `cache_figures`, `store.cache_reads`, `store.recommendations`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from longpole import runtime
from longpole.advice.cache.trials import ENOUGH_PAIRS
from longpole.domain.cache import AdvisedCaching, ShadowFigures, UncachedNode
from longpole.domain.recommendations import Recommendation
from longpole.domain.scopes import Scope
from longpole.services.cache_figures import counted_in, shadow_figures
from longpole.store import cache_reads
from longpole.store import recommendations as advice
from longpole.store.cache_reads import Looked

_RULE = "cache_opportunities."


def potential(scope: Scope, days: int) -> tuple[UncachedNode, ...]:
    """The nodes that a cache does not serve yet and that shadow mode or advice tells of; the most to save first.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    period = counted_in(scope, days)
    with runtime.reading() as connection:
        looked_up = cache_reads.looked_up(connection, period)
        standing = advice.those(connection, advice.Wanted(*scope))
    advised = _advised(standing)
    known = {each.node_id for each in looked_up}
    found = [_looked_on(each, advised.get(each.node_id)) for each in looked_up if _is_in_question(each)]
    found += [_only_advised(node_id, each) for node_id, each in advised.items() if node_id not in known]
    return tuple(sorted(found, key=_most_first))


def verdict(shadow: ShadowFigures) -> str:
    """safe, differs or undecided: as advice judges pairs of runs."""
    if shadow.mismatched:
        return "differs"
    return "safe" if shadow.matched >= ENOUGH_PAIRS else "undecided"


def _is_in_question(node: Looked) -> bool:
    return node.shadow_hour > node.served_hour


def _advised(standing: Iterable[Recommendation]) -> dict[str, tuple[AdvisedCaching, str]]:
    """Advice to cache by node, with the node's class; the first is the one that is worth most."""
    found: dict[str, tuple[AdvisedCaching, str]] = {}
    for each in standing:
        if each.rule is not None and each.rule.startswith(_RULE) and each.affected_nodes:
            facts: Mapping[str, Any] = each.facts or {}
            told = _told(each, facts, each.gain or {})
            found.setdefault(each.affected_nodes[0], (told, str(facts.get("node_class") or "")))
    return found


def _told(advised: Recommendation, facts: Mapping[str, Any], gain: Mapping[str, Any]) -> AdvisedCaching:
    assert advised.rule is not None, "it is a rule's"
    names = ("hit_ratio", "hit_ratio_low", "hit_ratio_high", "pairs", "mismatches", "mismatch_bound", "ttl_hours")
    return AdvisedCaching(
        advised.id,
        advised.rule.removeprefix(_RULE),
        **{name: facts.get(name) for name in names},
        seconds_per_run=gain.get("seconds_per_run"),
        usd_per_month=gain.get("usd_per_month"),
    )


def _looked_on(node: Looked, advised: tuple[AdvisedCaching, str] | None) -> UncachedNode:
    shadow = shadow_figures(node.counts)
    assert shadow is not None, "it was looked up in shadow mode"
    told = None if advised is None else advised[0]
    return UncachedNode(node.node_id, node.node_type, node.node_class, verdict(shadow), shadow, told)


def _only_advised(node_id: str, advised: tuple[AdvisedCaching, str]) -> UncachedNode:
    return UncachedNode(node_id, "", advised[1], "advised", None, advised[0])


def _most_first(node: UncachedNode) -> tuple[bool, float, str]:
    """Those that were looked on first, of all the ones that would save most time."""
    if node.shadow is not None:
        return (False, -node.shadow.time_saved, node.node_id)
    assert node.advice is not None, "else nobody would know of it"
    return (True, -(node.advice.seconds_per_run or 0.0), node.node_id)

"""Steps that are cached already: whether their results are kept too short, or so long that they are out of date.

    too short   it ran again on what it had been asked, after its result had expired, and the same came out
    too long    it ran again on what it had been asked, and something else came out: so did what was served meanwhile
    shadow      the cache looked on only, and what it would have served was not what came out

Invariant: a longer TTL is advised only where 300 results made again after they
had expired were the same, every one of them.

Upstream: `services.advisor`. Downstream: `cache.cached_ledger`, `cache.gains`, `analysis.determinism`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.cache import ttl_words as words
from longpole.advice.cache.cached_ledger import CachedLedger, cached_ledger, longer_trial
from longpole.advice.cache.classes import classes
from longpole.advice.cache.gains import CacheGain, cache_gain, sample_of_second_half
from longpole.advice.cache.ledger import NodeLedger, node_ledgers
from longpole.advice.cache.trials import Trial
from longpole.advice.estimates import improvement
from longpole.advice.observations import CacheUse, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.analysis.proportions import share
from longpole.domain.cache import NodeClass
from longpole.domain.findings import Estimate, Finding, Gain
from longpole.domain.node_types import snake_case
from longpole.domain.recommendations import Category
from longpole.domain.units import NS_PER_HOUR

_LEAST_CHANGES = 10
_TOO_MANY_STALE, _FEW_STALE = 0.01, 0.01
"""The share of served results that is out of date: from where on it is told, and what a shorter TTL is to bring."""


def cache_ttls(observed: Observations) -> Iterator[Finding]:
    """At most one finding for each node that is cached, or looked on at."""
    of_node = classes(observed)
    uses = {use.node_id: use for use in observed.cache}
    served = np.unique(observed.executions.node[observed.executions.is_cached == 1]).tolist()
    looked_at = {observed.nodes[place].node_id for place in served} | set(uses)
    judged = {node_id for node_id in looked_at if of_node.get(node_id) is not NodeClass.SAMPLING}
    for ledger in node_ledgers(observed, lambda node: node.node_id in judged):
        found = _shadow(observed, ledger.node, uses.get(ledger.node.node_id))
        if found is None and ledger.is_cached.any():
            found = _of_cached(observed, ledger, of_node[ledger.node.node_id])
        if found is not None:
            yield found


def _of_cached(observed: Observations, ledger: NodeLedger, its_class: NodeClass) -> Finding | None:
    kind = snake_case(ledger.node.node_type)
    hours = observed.settings_ttl_hours.get(kind, observed.settings_ttl_hours.get("default"))
    cached = cached_ledger(ledger, None if hours is None else round(hours * NS_PER_HOUR))
    stale = _too_long(observed, cached)
    if stale is not None:
        return stale
    trial = longer_trial(cached, may_change=its_class is not NodeClass.PURE)
    if trial is None:
        return None
    gain = cache_gain(observed, trial, sample_of_second_half(observed))
    return _too_short(observed, cached, trial, gain) if gain.pays else None


def _too_short(observed: Observations, cached: CachedLedger, trial: Trial, gain: CacheGain) -> Finding:
    node = cached.ledger.node
    advised = _changed(observed, node, trial.ttl_ns, cached.now_ns)
    return Finding(
        rule="cache_ttls.too_short",
        category=Category.PERFORMANCE if gain.is_quicker else Category.COST,
        title=words.too_short_title(node),
        description=words.too_short(cached, trial, gain),
        improvement=gain.improvement,
        affected_nodes=(node.node_id,),
        gain=gain.gain,
        estimate=gain.estimate,
        steps=advised[0],
        code_example=advised[1],
        facts=words.too_short_facts(cached, trial, gain),
        evidence=words.evidence(observed, cached.ledger, trial.second_hits, "expired_results_made_again"),
    )


def _too_long(observed: Observations, cached: CachedLedger) -> Finding | None:
    pairs, node = cached.made_again, cached.ledger.node
    if pairs.mismatches < _LEAST_CHANGES or not cached.ages_s.size:
        return None
    now = cached.stale_share()
    if now.low < _TOO_MANY_STALE:
        return None
    ttl_ns = cached.ttl_with(_FEW_STALE)
    then = cached.stale_share(ttl_ns)
    advised = _changed(observed, node, ttl_ns, cached.now_ns)
    estimate = Estimate(
        "stale_share", now.value, then.value, then.low, then.high, "ratio",
        f"steady rate of change, from {len(pairs)} results made again", len(pairs),
    )  # fmt: skip
    return Finding(
        rule="cache_ttls.too_long",
        category=Category.RELIABILITY,
        title=words.too_long_title(node),
        description=words.too_long(cached, now),
        improvement=improvement(estimate),
        affected_nodes=(node.node_id,),
        gain=Gain(),
        estimate=estimate,
        steps=(words.HOW_STALE, *advised[0]),
        code_example=advised[1],
        facts=words.too_long_facts(cached, now, ttl_ns),
        evidence=words.evidence(observed, cached.ledger, cached.changed, "other_result_on_the_same_input"),
        floor="medium",
    )


def _changed(
    observed: Observations, node: NodeInfo, ttl_ns: int, now_ns: int | None
) -> tuple[tuple[str, ...], str | None]:
    now_hours = None if now_ns is None else now_ns / NS_PER_HOUR
    advised = remedy(observed.engine, Action.CHANGE_TTL, node, ttl_hours=ttl_ns / NS_PER_HOUR, now_ttl_hours=now_hours)
    return advised.steps, advised.code_example


def _shadow(observed: Observations, node: NodeInfo, use: CacheUse | None) -> Finding | None:
    """What a cache that looks on has compared; one that differed may be chance, several in a hundred are not."""
    if use is None or not use.mismatched:
        return None
    differing = share(use.mismatched, use.matched + use.mismatched)
    if differing.low < _TOO_MANY_STALE:
        return None
    return Finding(
        rule="cache_ttls.shadow",
        category=Category.RELIABILITY,
        title=words.shadow_title(node),
        description=words.shadow(differing),
        improvement=None,
        affected_nodes=(node.node_id,),
        gain=Gain(),
        steps=words.shadow_steps(observed, node),
        facts={"compared": differing.n, "mismatched": differing.count, "mismatch_ratio": differing.ratio},
        evidence=({"kind": "shadow_counts", "node_ids": [node.node_id], "mismatched": differing.count},),
        floor="medium",
    )

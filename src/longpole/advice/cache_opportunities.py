"""Which steps are asked the same again and again, and what a cache would have saved.

    exact      pure or read only by its type, and every time the same by what was seen: it may be cached
    confirm    every time the same as well, but nobody says that it only reads, or who asked: to be confirmed
    sampling   a model that answers otherwise each time: would an answer that was given before do? A question

What has side effects, frames a workflow or decides anew is never advised, and
nothing is ever shared between applications.

Invariant: the figures are those of the half of the period on which nothing was
chosen; the hits that a replay is given happened, one by one.

Upstream: `services.advisor`. Downstream: `cache.trials`, `analysis.what_if`. Source: the design's analysis §3.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from longpole.advice.cache import words
from longpole.advice.cache.classes import classes, is_inside
from longpole.advice.cache.gains import CacheGain, cache_gain, sample_of_second_half
from longpole.advice.cache.ledger import NodeLedger, node_ledgers
from longpole.advice.cache.trials import ENOUGH_PAIRS, TTLS_NS, Trial, asked_trial, safe_trial
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.domain.cache import NodeClass
from longpole.domain.findings import Finding
from longpole.domain.node_types import snake_case
from longpole.domain.recommendations import Category
from longpole.domain.units import NS_PER_HOUR

EXACT, CONFIRM, SAMPLING = "exact", "confirm", "sampling"
_ADVISED = frozenset({NodeClass.PURE, NodeClass.READ_ONLY, NodeClass.SAMPLING, NodeClass.UNKNOWN})
_MOST = 12
"""Of so many nodes the gain is computed by replaying runs: those that would save most."""
_LEAST_SHARE = 0.01
"""Hits whose own time comes to less of the runs' time cannot make them two per cent quicker for long."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A node, what it may do, how its results would be kept, and which case that is."""

    node_class: NodeClass
    case: str
    trial: Trial

    @property
    def node(self) -> NodeInfo:
        """The node."""
        return self.trial.ledger.node


def cache_opportunities(observed: Observations) -> Iterator[Finding]:
    """One finding for each node whose results are worth keeping, those that save most first."""
    found = sorted(_opportunities(observed), key=lambda each: -each.trial.worth_s(each.trial.second))
    sample = sample_of_second_half(observed)
    is_safe = frozenset(each.node.node_id for each in found if each.case != SAMPLING)
    for each in [one for one in found if not is_inside(observed, one.node.node_id, is_safe)][:_MOST]:
        gain = cache_gain(observed, each.trial, sample)
        if gain.pays:
            yield _finding(observed, each, gain)


def _opportunities(observed: Observations) -> Iterator[Opportunity]:
    of_node = classes(observed)
    cached = frozenset(use.node_id for use in observed.cache if use.hits or use.misses or use.stores)
    differing = frozenset(use.node_id for use in observed.cache if use.mismatched)
    for ledger in node_ledgers(observed, lambda node: of_node[node.node_id] in _ADVISED and node.node_id not in cached):
        if ledger.is_cached.any() or not _could_pay(observed, ledger):
            continue
        found = _opportunity(observed, ledger, of_node[ledger.node.node_id])
        if found and (found.case == SAMPLING or ledger.node.node_id not in differing):
            yield found


def _could_pay(observed: Observations, ledger: NodeLedger) -> bool:
    """Whether there are enough executions of equal inputs that take, or cost, enough; before anything is played."""
    repeated = len(ledger) - np.unique(ledger.question).size
    if repeated < ENOUGH_PAIRS:
        return False
    at_most = np.sort(np.nan_to_num(np.where(ledger.is_kept, ledger.took_s, 0.0)))[-repeated:].sum()
    costs = np.sort(np.nan_to_num(ledger.cost_usd))[-repeated:].sum()
    runs_s = np.nansum(observed.runs.elapsed_ns) / 1e9
    return bool(at_most >= _LEAST_SHARE * runs_s or observed.per_month(float(costs)) >= LEAST_GAIN.usd_per_month)


def _opportunity(observed: Observations, ledger: NodeLedger, its_class: NodeClass) -> Opportunity | None:
    if its_class is NodeClass.SAMPLING:
        asked = asked_trial(ledger)
        return None if asked is None else Opportunity(its_class, SAMPLING, asked)
    trial = safe_trial(ledger, _ttls(observed, ledger.node), may_change=its_class is NodeClass.READ_ONLY)
    if trial is None:
        return None
    is_certain = its_class is NodeClass.PURE or (its_class is NodeClass.READ_ONLY and ledger.knows_users)
    return Opportunity(its_class, EXACT if is_certain else CONFIRM, trial)


def _ttls(observed: Observations, node: NodeInfo) -> tuple[int, ...]:
    """Those that are tried everywhere, and the one that the node's type has anyway."""
    ttls = observed.settings_ttl_hours
    usual = ttls.get(snake_case(node.node_type), ttls.get("default"))
    own = () if usual is None else (round(usual * NS_PER_HOUR),)
    return tuple(sorted({*TTLS_NS, *own}))


def _finding(observed: Observations, found: Opportunity, gain: CacheGain) -> Finding:
    trial, node = found.trial, found.node
    per_user = trial.keying.per_user or (not trial.ledger.knows_users and found.node_class is not NodeClass.PURE)
    advised = remedy(observed.engine, Action.CACHE, node, ttl_hours=trial.ttl_ns / NS_PER_HOUR, per_user=per_user)
    return Finding(
        rule=f"cache_opportunities.{found.case}",
        category=Category.PERFORMANCE if gain.is_quicker else Category.COST,
        title=words.title(found.case, node),
        description=words.description(found.case, found.node_class, trial, gain),
        improvement=gain.improvement,
        affected_nodes=(node.node_id,),
        gain=gain.gain,
        estimate=gain.estimate,
        steps=(*words.first_steps(found.case, found.node_class, trial), *advised.steps),
        code_example=advised.code_example,
        facts=words.facts(found.node_class, trial, gain),
        evidence=words.evidence(observed, trial),
        floor="low" if found.case == SAMPLING else None,
    )

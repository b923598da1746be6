"""What is said of results that are kept too short, or too long.

Upstream: `cache_ttls`. Downstream: `words`, `domain.amounts`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from longpole.advice.cache.cached_ledger import CachedLedger
from longpole.advice.cache.gains import CacheGain
from longpole.advice.cache.ledger import NodeLedger
from longpole.advice.cache.trials import Trial
from longpole.advice.cache.words import ttl_words
from longpole.advice.estimates import share_words
from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.analysis.cache_replay import Flags
from longpole.analysis.intervals import Interval
from longpole.analysis.proportions import Share
from longpole.domain import amounts
from longpole.domain.findings import Facts
from longpole.domain.units import NS_PER_HOUR

_MOST_RUNS = 20
HOW_STALE = "Decide how old a result may be: a shorter TTL means fewer that are out of date, and fewer hits."


def too_short_title(node: NodeInfo) -> str:
    """One line."""
    return f"Keep the results of {titled(node)} longer: they are made again as they were"


def too_long_title(node: NodeInfo) -> str:
    """One line."""
    return f"Keep the results of {titled(node)} shorter: some that are served are out of date"


def shadow_title(node: NodeInfo) -> str:
    """One line."""
    return f"Do not serve cached results of {titled(node)} as it is: others come out"


def too_short(cached: CachedLedger, trial: Trial, gain: CacheGain) -> str:
    """What was seen, and what follows."""
    hits, of = int(np.count_nonzero(trial.second_hits)), len(trial.ledger) - trial.cut
    near = cached.made_again.where(cached.made_again.age_ns <= trial.ttl_ns)
    bounds = amounts.bounds(*gain.ratio, "ratio")
    return (
        f"Results are kept for {ttl_words(cached.now_ns or 0)}. Kept for {ttl_words(trial.ttl_ns)}, {hits:,} more of"
        f" {of:,} executions need not run ({amounts.rate(gain.ratio.value)}, {bounds}; in the second half of the"
        f" period, for which the first half chose the TTL). Of {len(near):,} results that were made again after they"
        f" had expired none was another: at most {amounts.share(near.mismatch_bound)} would be (95 %)."
    )


def too_long(cached: CachedLedger, now: Interval) -> str:
    """What was seen, and what follows."""
    pairs = cached.made_again
    kept = "" if cached.now_ns is None else f" Results are kept for {ttl_words(cached.now_ns)}."
    return (
        f"Of {len(pairs):,} results that were made again on the same input {pairs.mismatches:,} were others.{kept}"
        f" At that rate {amounts.with_bounds(*now, 'ratio')} of the {cached.ages_s.size:,} that were served were out of"
        " date, if it does not answer otherwise each time anyway."
    )


def shadow(differing: Share) -> str:
    """What was seen, and what follows."""
    return (
        f"The cache looked on and compared: of the results that it would have served, {share_words(differing)} were not"
        " what came out."
    )


def shadow_steps(observed: Observations, node: NodeInfo) -> tuple[str, ...]:
    """What to do about it."""
    return (
        "Find out what else the result depends on: the user, the time, chance, a state. Put it into the key.",
        "If it is the time, keep results for less long, and look on again.",
        *remedy(observed.engine, Action.CHANGE_TTL, node).steps[:1],
    )


def too_short_facts(cached: CachedLedger, trial: Trial, gain: CacheGain) -> Facts:
    """The figures by name."""
    near = cached.made_again.where(cached.made_again.age_ns <= trial.ttl_ns)
    return {
        "ttl_hours": trial.ttl_ns / NS_PER_HOUR,
        "now_ttl_hours": None if cached.now_ns is None else cached.now_ns / NS_PER_HOUR,
        "more_hits": int(np.count_nonzero(trial.second_hits)),
        "executions": gain.executions,
        "more_hit_ratio": gain.ratio.value,
        "pairs": len(near),
        "mismatches": near.mismatches,
        "usd_per_month": None if gain.usd_per_month is None else gain.usd_per_month.value,
    }


def too_long_facts(cached: CachedLedger, now: Interval, ttl_ns: int) -> Facts:
    """The figures by name."""
    return {
        "ttl_hours": ttl_ns / NS_PER_HOUR,
        "now_ttl_hours": None if cached.now_ns is None else cached.now_ns / NS_PER_HOUR,
        "pairs": len(cached.made_again),
        "mismatches": cached.made_again.mismatches,
        "served": int(cached.ages_s.size),
        "stale_ratio": now.value,
        "changes_per_day": cached.rate * 86_400,
    }


def evidence(observed: Observations, ledger: NodeLedger, which: Flags, kind: str) -> tuple[Mapping[str, Any], ...]:
    """Runs in which it happened, the newest last."""
    runs = ledger.run[np.flatnonzero(which)[-_MOST_RUNS:]].tolist()
    ids = [observed.runs.run_ids[run] for run in runs]
    return ({"kind": kind, "node_ids": [ledger.node.node_id], "run_ids": list(dict.fromkeys(ids))},)

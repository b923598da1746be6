"""What is said of a node whose results may be kept.

Upstream: `cache_opportunities`. Downstream: `domain.amounts`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from longpole.advice.cache.gains import CacheGain
from longpole.advice.cache.trials import Trial
from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo, Observations
from longpole.analysis.cache_replay import WAITED
from longpole.domain import amounts
from longpole.domain.cache import NodeClass
from longpole.domain.findings import Facts
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND

_MOST_RUNS = 20
_MINUTE_S, _HOURS_UP_TO = 60, 48
_TITLES = {
    "exact": "Keep the results of {name}: it is asked the same again",
    "confirm": "Keep the results of {name}, if it only reads: it is asked the same again",
    "sampling": "Would an answer that {name} gave before do? It is asked the same again",
}


def title(case: str, node: NodeInfo) -> str:
    """One line."""
    return _TITLES[case].format(name=titled(node))


def ttl_words(ttl_ns: int) -> str:
    """`5 minutes`, `6 hours`, `7 days`."""
    if ttl_ns < NS_PER_HOUR:
        number, unit = ttl_ns / NS_PER_SECOND / _MINUTE_S, "minute"
    elif ttl_ns <= _HOURS_UP_TO * NS_PER_HOUR:
        number, unit = ttl_ns / NS_PER_HOUR, "hour"
    else:
        number, unit = ttl_ns / NS_PER_DAY, "day"
    return f"{number:.3g} {unit}" + ("" if number == 1 else "s")


def description(case: str, its_class: NodeClass, trial: Trial, gain: CacheGain) -> str:
    """What was seen, and what follows."""
    hits, of = int(np.count_nonzero(trial.second_hits)), len(trial.ledger) - trial.cut
    whose = "the same user's results are" if trial.keying.per_user else "results are"
    ratio = f"{amounts.rate(gain.ratio.value)} of its executions need not run"
    bounds = amounts.bounds(*gain.ratio, "ratio")
    told = [
        f"If {whose} kept for {ttl_words(trial.ttl_ns)}, {ratio} ({bounds}).",
        f"That is {hits:,} of {of:,} in the second half of the period, for which the first half chose the TTL.",
        _outputs(case, trial),
        _certainty(case, its_class, trial),
    ]
    if trial.room_bytes is not None:
        told.append(f"What is kept at one time comes to {amounts.size(trial.room_bytes)} at most.")
    waited = int(np.count_nonzero((trial.played.state == WAITED) & trial.second))
    if waited:
        told.append(f"{waited:,} more asked while another one was at it, and would have waited for that: not counted.")
    if gain.answer.declined is not None:
        told.append(f"What runs would have taken cannot be said: {gain.answer.declined}.")
    return " ".join(each for each in told if each)


def _outputs(case: str, trial: Trial) -> str:
    pairs, served = trial.keying.pairs, trial.served
    if case == "sampling":
        if not len(pairs):
            return "Whether its answers to the same input agree is not known: outputs were not seen."
        alike = amounts.share(1 - pairs.mismatches / len(pairs))
        return f"Of {len(pairs):,} answers to an input that it had been given before, {alike} were the same."
    return (
        f"In {len(served):,} pairs of the same input, from different runs, the output was the same each time:"
        f" at most {amounts.share(served.mismatch_bound)} of hits would be wrong (95 %)."
    )


def _certainty(case: str, its_class: NodeClass, trial: Trial) -> str:
    if case == "sampling":
        return (
            "It is a model whose temperature is not known to be 0: whether an earlier answer will do is yours to say."
        )
    told = []
    if its_class is NodeClass.UNKNOWN:
        told.append("What it does beside answering is not known: needs confirmation that it only reads.")
    if not trial.ledger.knows_users:
        told.append("Runs do not tell their users: needs confirmation that its results do not depend on who asks.")
    elif trial.keying.per_user:
        told.append("That one user's results are right for another was not shown: the user belongs into the key.")
    youngest = trial.keying.pairs.youngest_mismatch_ns
    if youngest is not None:
        told.append(
            f"Outputs differ from an age of {amounts.duration(youngest / NS_PER_SECOND)} on: keep them no longer."
        )
    return " ".join(told)


def first_steps(case: str, its_class: NodeClass, trial: Trial) -> tuple[str, ...]:
    """What to do before it is cached."""
    if case == "sampling":
        return (
            "Decide whether the same question may be answered as before; if it must differ each time, dismiss this.",
            "Try it in shadow mode first, which looks up, runs the model all the same, and compares.",
        )
    steps = []
    if its_class is NodeClass.UNKNOWN:
        steps.append("Confirm that the node only reads: that nothing is sent, stored or changed when it runs.")
    if not trial.ledger.knows_users and its_class is not NodeClass.PURE:
        steps.append("Confirm that its result does not depend on who asks, or put the user into the key.")
    if its_class is not NodeClass.PURE:
        steps.append(
            "What it reads may change one day, though it did not in this period: invalidate its results then. Keep them"
            " for no longer than an old answer would do; where answers carry Cache-Control, for no longer than that."
        )
    return tuple(steps)


def facts(its_class: NodeClass, trial: Trial, gain: CacheGain) -> Facts:
    """The figures by name."""
    hits = trial.second_hits
    return {
        "node_class": its_class.value,
        "ttl_hours": trial.ttl_ns / NS_PER_HOUR,
        "is_per_user": int(trial.keying.per_user),
        "executions": gain.executions,
        "hits": int(np.count_nonzero(hits)),
        "hit_ratio": gain.ratio.value,
        "hit_ratio_low": gain.ratio.low,
        "hit_ratio_high": gain.ratio.high,
        "first_half_hit_ratio": trial.hit_ratio(~trial.second),
        "coalesced": int(np.count_nonzero((trial.played.state == WAITED) & trial.second)),
        "pairs": len(trial.served),
        "mismatches": trial.served.mismatches,
        "mismatch_bound": trial.served.mismatch_bound,
        "saved_s": float(np.nansum(trial.ledger.took_s[hits])),
        "room_bytes": trial.room_bytes,
        "usd_per_month": None if gain.usd_per_month is None else gain.usd_per_month.value,
    }


def evidence(observed: Observations, trial: Trial) -> tuple[Mapping[str, Any], ...]:
    """Runs with hits, the newest last, and those that had made what they would have been given."""
    places = np.flatnonzero(trial.second_hits)[-_MOST_RUNS:]
    ledger, ids = trial.ledger, observed.runs.run_ids
    makers = trial.played.source[places]
    return (
        {
            "kind": "cache_hits",
            "node_ids": [ledger.node.node_id],
            "run_ids": list(dict.fromkeys(ids[run] for run in ledger.run[places].tolist())),
            "served_from_run_ids": list(dict.fromkeys(ids[run] for run in ledger.run[makers].tolist())),
        },
    )

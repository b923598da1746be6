"""Goes back to a recommendation that was followed, and says what it really brought, beside what was estimated.

    ───── as many days before ─────┃──── up to 14 days since ────► now
                              implemented_at

Each time on all runs since; after two weeks it is final. Runs before the change
are weighted to the traffic since, as another mix of inputs is no improvement.

Upstream: `advising`, `upkeep.advice`. Downstream: `analysis.before_after`, `store.comparison_reads`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from longpole import runtime
from longpole.advice.lifecycle.history import with_history
from longpole.advice.plain import plain
from longpole.analysis.before_after import BeforeAfter, Difference, Side, before_after
from longpole.analysis.same_traffic import Traffic
from longpole.domain.recommendations import Recommendation, RecommendationStatus, Verdict
from longpole.domain.units import NS_PER_SECOND, PICO_PER_USD, instant, instant_ns
from longpole.domain.verifications import Comparison, Verification
from longpole.services.verified_metrics import UNITS, metric_of, share_of_estimate, spoken
from longpole.store import recommendations as store
from longpole.store.comparison_reads import ComparedRun, ComparedRuns, compared_runs

WINDOW = timedelta(days=14)
_LEAST_BEFORE = timedelta(days=1)
_MOST_BRANCHES = 6
_DAYS_PER_MONTH = 30
_METHOD = "runs before and after, weighted to the same traffic; block bootstrap, 99 %"
_NO_EXPERIMENT = (
    "Before and after are not two groups at the same time: whatever else changed on the same day is in the difference."
)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared, and by what traffic."""

    before: ComparedRuns
    after: ComparedRuns
    seconds: float

    def per_month(self) -> float:
        """Runs in thirty days, at the rate since the change."""
        return self.after.of / max(self.seconds, 1.0) * 86_400 * _DAYS_PER_MONTH


def verify(recommendation_id: str) -> Recommendation | None:
    """Compare before with after once more; what is stored now, None where there is no such implemented one."""
    now = instant(runtime.current().clock())
    with runtime.reading() as connection:
        known = store.find(connection, recommendation_id)
        if known is None or known.status is not RecommendationStatus.IMPLEMENTED or known.implemented_at is None:
            return None
        since = known.implemented_at
        until = min(now, since + WINDOW)
        begin = since - max(until - since, _LEAST_BEFORE)
        where = (connection, known.app_id, known.workflow_id)
        sides = _Sides(
            compared_runs(*where, instant_ns(begin), instant_ns(since)),
            compared_runs(*where, instant_ns(since), instant_ns(until)),
            (until - since).total_seconds(),
        )
    return _keep(known, _verification(known, sides, now, is_final=now >= since + WINDOW), now)


def verify_due(app_id: str | None = None, workflow_id: str | None = None, limit: int = 20) -> int:
    """Verify what waits for it, of one workflow or of all; how many.

    Daily, until it is final; hourly where there were too few runs.
    """
    now = instant(runtime.current().clock())
    due = store.Due(now - timedelta(days=1), now - timedelta(hours=1), app_id, workflow_id)
    with runtime.reading() as connection:
        ids = store.to_verify(connection, due, limit)
    return sum(verify(each) is not None for each in ids)


def _keep(known: Recommendation, verification: Verification, now: datetime) -> Recommendation | None:
    with runtime.unit_of_work() as connection:
        found = store.find(connection, known.id, to_change=True)
        if found is None or (found.status, found.implemented_at) != (known.status, known.implemented_at):
            return None
        done = replace(found, verification=plain(verification), verified_at=now)
        if (found.verification or {}).get("verdict") != verification.verdict:
            done = replace(with_history(done, "verified", spoken(verification), now), updated_at=now)
        store.save(connection, done)
        return done


def _verification(known: Recommendation, sides: _Sides, now: datetime, *, is_final: bool) -> Verification:
    metric = metric_of(known)
    compared = before_after(*_as_sides(sides, known))
    scale = sides.per_month() if metric.is_monthly else 1.0
    found = compared.differences.get(metric.figure)
    made = Verification(
        metric=metric.name,
        unit=UNITS[metric.figure],
        verdict=Verdict.TOO_FEW_RUNS,
        n_before=len(sides.before.runs),
        n_after=len(sides.after.runs),
        checked_at=now.isoformat(),
        method=_METHOD,
        estimate_expected=(known.estimate or {}).get("expected"),
        runs_per_month=sides.per_month(),
        is_final=is_final,
        caveats=_caveats(sides, compared, found),
        others=tuple(_others(compared, metric.figure)),
    )
    if found is None:
        return made
    return replace(
        made,
        verdict=_verdict(found),
        n_before=found.n_before,
        n_after=found.n_after,
        before=found.before * scale,
        after=found.after * scale,
        low=max(found.low, 0.0) * scale,
        high=max(found.high, 0.0) * scale,
        share_of_estimate=share_of_estimate(known.estimate, found.before, found.after),
    )


def _verdict(found: Difference) -> Verdict:
    if found.is_better is None:
        return Verdict.NO_EVIDENCE
    return Verdict.IMPROVED if found.is_better else Verdict.REGRESSED


def _others(compared: BeforeAfter, figure: str) -> list[Comparison]:
    return [
        Comparison(name, each.before, each.after, max(each.low, 0.0), max(each.high, 0.0), UNITS[name], _verdict(each))
        for name, each in compared.differences.items()
        if name != figure
    ]


def _caveats(sides: _Sides, compared: BeforeAfter, found: Difference | None) -> tuple[str, ...]:
    said = [_NO_EXPERIMENT]
    if not sides.before.runs:
        said.append("No run before the change is kept any more.")
    elif found is None:
        said.append(f"There are {len(sides.before.runs):,} runs before and {len(sides.after.runs):,} since: too few.")
    if compared.problem is not None and sides.before.runs and sides.after.runs:
        said.append(f"No verdict: {compared.problem}.")
    elif found is not None and compared.coverage < 1:
        said.append(f"{1 - compared.coverage:.0%} of the runs since have no like ones before, and are left out.")
    for name, side in (("before", sides.before), ("since", sides.after)):
        if side.of > len(side.runs):
            said.append(f"Of {side.of:,} runs {name}, {len(side.runs):,} were compared, spread evenly.")
    if found is not None and sides.seconds < timedelta(days=1).total_seconds():
        said.append("Less than a day has passed: no day is like the next.")
    return tuple(said)


def _as_sides(sides: _Sides, known: Recommendation) -> tuple[Side, Side]:
    """What came in may be told by what the advice does not change: other nodes, and the input of the run."""
    changed = frozenset(known.affected_nodes)
    common = _nodes(sides.before) & _nodes(sides.after) - changed
    ways = Counter(run.node_ids & common for side in (sides.before, sides.after) for run in side.runs)
    codes = {way: code for code, (way, _) in enumerate(ways.most_common(_MOST_BRANCHES))}
    is_shortened = (known.rule or "").startswith("token_usage")
    unsure = changed if is_shortened else frozenset()
    return (
        _side(sides.before.runs, common, codes, unsure),
        _side(sides.after.runs, common, codes, unsure),
    )


def _nodes(side: ComparedRuns) -> frozenset[str]:
    return frozenset().union(*(run.node_ids for run in side.runs))


def _side(
    runs: Collection[ComparedRun], common: frozenset[str], codes: Mapping[Any, int], unsure: frozenset[str]
) -> Side:
    return Side(
        traffic=Traffic(
            end_ns=np.array([run.end_ns for run in runs], dtype=np.int64),
            size=_floats(None if run.first_node in unsure else run.input_bytes for run in runs),
            branch=np.array([codes.get(run.node_ids & common, len(codes)) for run in runs], dtype=np.int64),
        ),
        elapsed_s=_floats(run.elapsed_ns for run in runs) / NS_PER_SECOND,
        cost_usd=_floats(run.cost_pico_usd for run in runs) / PICO_PER_USD,
        tokens=_floats(run.total_tokens for run in runs),
        has_failed=_floats(run.has_failed for run in runs),
    )


def _floats(values: Any) -> Any:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)

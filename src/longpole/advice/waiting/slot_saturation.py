"""Steps that wait because too few may run at once: which, how long, and what more slots would bring.

Where the slots are shared within a run, the runs are replayed with more of them.
Where they are shared between runs, a replay of single runs says nothing: runs
that had to wait are compared with those that had not.

Upstream: `scalability`. Downstream: `analysis.what_if`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.estimates import improvement, time_estimate
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import FAILED, Floats, Ints, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.proportions import Flags
from longpole.analysis.what_if import Prepared, prepared, what_if
from longpole.domain import amounts
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Category
from longpole.domain.what_if import Shift, Slots, WhatIf

_LEAST_WAITS = 30
_WAITED_NS = 10e6
"""Below ten milliseconds it is the engine's own step from one to the next."""
_LEAST_RUNS = 20
_AT_PEAK = 0.9
_MOSTLY = 0.8
_PROBES = 4_000
_RESAMPLES = 400


def slot_saturation(observed: Observations) -> Iterator[Finding]:
    """At most one finding for each pool of slots."""
    columns = observed.executions
    waited = np.flatnonzero(columns.queued_ns >= _WAITED_NS)
    if waited.size < _LEAST_WAITS:
        return
    if np.nansum(columns.queued_ns) < LEAST_GAIN.share_of_run * np.nansum(observed.runs.elapsed_ns):
        return
    slot_of = _slots_of_nodes(observed)
    ready = prepared(observed.sample, observed.graph)
    limits = {slot: limit for (kind, slot), limit in ready.plan.limits.items() if kind == "slot" and limit is not None}
    for slot in sorted({slot_of.get(observed.nodes[at].node_id) for at in columns.node[waited]}, key=lambda s: s or ""):
        mine = np.array([slot_of.get(node.node_id) == slot for node in observed.nodes])
        places = waited[mine[columns.node[waited]]]
        if places.size < _LEAST_WAITS:
            continue
        limit = limits.get(slot)
        found = _within_runs(observed, ready, slot, int(limit), places) if isinstance(limit, int) else None
        found = found or _between_runs(observed, slot, mine, places)
        if found is not None:
            yield found


def _slots_of_nodes(observed: Observations) -> dict[str, str | None]:
    return {node.node_id: node.slot for run in observed.sample for node in run.nodes if node.slot is not None}


def _within_runs(observed: Observations, ready: Prepared, slot: str | None, limit: int, places: Ints) -> Finding | None:
    answer: WhatIf = what_if(ready, [Slots(2 * limit, slot)])
    best = None if answer.declined else best_shift(answer)
    if best is None:
        return None
    statistic, shift = best
    method = f"replay of {answer.n:,} runs with {2 * limit} slots instead of {limit}, paired bootstrap"
    return _finding(observed, slot, limit, places, statistic, shift, method, answer.n)


def _between_runs(observed: Observations, slot: str | None, mine: Flags, places: Ints) -> Finding | None:
    """Executions wait when as many as ever run, and only then; and runs take longer by what they wait."""
    columns, runs = observed.executions, observed.runs
    peak = _peak(observed, mine, places)
    if peak is None:
        return None
    waits_s = np.bincount(columns.run[places], columns.queued_ns[places], minlength=len(runs)) / 1e9
    counts = (runs.status != FAILED) & ~np.isnan(runs.elapsed_ns)
    free, held = counts & (waits_s == 0), counts & (waits_s > 0)
    if free.sum() < _LEAST_RUNS or held.sum() < _LEAST_RUNS:
        return None
    shift = _as_if_free(runs.elapsed_ns[counts] / 1e9, runs.elapsed_ns[free] / 1e9)
    saved = shift.baseline - shift.high
    if saved < LEAST_GAIN.share_of_run * shift.baseline or shift.baseline - shift.expected > 2 * waits_s[counts].mean():
        return None  # or they took longer for another reason
    method = f"runs that did not wait ({int(free.sum()):,}) against all, bootstrap"
    return _finding(observed, slot, peak, places, "mean", shift, method, int(counts.sum()))


def _as_if_free(every_s: Floats, free_s: Floats) -> Shift:
    source = np.random.default_rng(0)
    baseline, expected = float(every_s.mean()), float(free_s.mean())
    alls = (
        source.choice(every_s, (_RESAMPLES, every_s.size)).mean(axis=1)
        if every_s.size < _PROBES
        else _normal(source, every_s)
    )
    frees = (
        source.choice(free_s, (_RESAMPLES, free_s.size)).mean(axis=1)
        if free_s.size < _PROBES
        else _normal(source, free_s)
    )
    low, high = (baseline + float(bound) for bound in np.percentile(frees - alls, (2.5, 97.5)))
    return Shift(baseline, expected, min(low, expected), max(high, expected))


def _normal(source: np.random.Generator, values: Floats) -> Floats:
    """Means of so many values are as good as normal."""
    return source.normal(values.mean(), values.std() / np.sqrt(values.size), _RESAMPLES)


def _peak(observed: Observations, mine: Flags, places: Ints) -> int | None:
    """How many run at most, if those that waited became ready while about as many ran, and the others did not."""
    columns = observed.executions
    known = np.flatnonzero(mine[columns.node] & (columns.start_ns >= 0) & ~np.isnan(columns.elapsed_ns))
    starts = np.sort(columns.start_ns[known])
    ends = np.sort(columns.start_ns[known] + columns.elapsed_ns[known].astype(np.int64))
    ready = columns.start_ns[places] - columns.queued_ns[places].astype(np.int64)
    others = np.setdiff1d(known, places)
    running = _running(starts, ends, ready)
    at_others = _running(starts, ends, columns.start_ns[others] - 1)
    peak = int(np.percentile(running, 99)) if running.size else 0
    if peak < 1 or not others.size:
        return None
    full = float((running >= _AT_PEAK * peak).mean())
    free = float((at_others < _AT_PEAK * peak).mean())
    return peak if full >= _MOSTLY and free >= _MOSTLY else None


def _running(starts: Ints, ends: Ints, at: Ints) -> Ints:
    return np.asarray(np.searchsorted(starts, at, "right") - np.searchsorted(ends, at, "right"), dtype=np.int64)


def _finding(  # noqa: PLR0917 - all of one pool
    observed: Observations,
    slot: str | None,
    limit: int,
    places: Ints,
    statistic: str,
    shift: Shift,
    method: str,
    n: int,
) -> Finding:
    columns = observed.executions
    estimate = time_estimate(statistic, shift, method, n)
    node = _most_waiting(observed, places)
    queued_s = columns.queued_ns[places] / 1e9
    told = remedy(observed.engine, Action.MORE_SLOTS, node, slots=2 * limit, now_slots=limit)
    pool = f"the slots {amounts.in_quotes(slot)}" if slot else "the slots that they share"
    median, p95 = (amounts.duration(float(each)) for each in np.percentile(queued_s, (50, 95)))
    return Finding(
        rule="scalability.slot_saturation",
        category=Category.SCALABILITY,
        title=f"{titled(node)} waits for a free slot",
        description=(
            f"{places.size:,} executions waited for {pool}, half of them {median} or more, one in twenty {p95} or "
            f"more. No more than {limit} run at once."
        ),
        improvement=f"{improvement(estimate)} with enough slots, {n:,} runs",
        affected_nodes=(node.node_id,),
        gain=gain_of(shift),
        estimate=estimate,
        subject=slot or "",
        steps=told.steps,
        code_example=told.code_example,
        facts={"limit": limit, "waits": int(places.size), "queued_s_mean": float(queued_s.mean()), "runs": n},
        evidence=(
            shown_by(
                observed, "slot_saturation", columns.run[places], (node,), limit=limit, waits=int(places.size), n=n
            ),
        ),
    )


def _most_waiting(observed: Observations, places: Ints) -> NodeInfo:
    columns = observed.executions
    total = np.bincount(columns.node[places], columns.queued_ns[places], minlength=len(observed.nodes))
    return observed.nodes[int(np.argmax(total))]

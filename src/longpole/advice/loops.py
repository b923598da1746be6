"""Loops that end by their limit instead of their goal, and loops that now and then do not end for long.

    rounds  2 3 2 4 3 10 10 2 3 10     a limit of ten: three of ten runs never got there
    rounds  2 3 2 4 3 2 3 2 180 3      no limit that anybody met

An iteration over items has as many rounds as items, so it is none of this.

Upstream: `best_practice`. Downstream: `domain.findings`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from longpole.advice.estimates import improvement, share_words, time_estimate
from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Floats, Ints, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import by_run, monthly
from longpole.analysis.bootstrap import mean_interval
from longpole.analysis.proportions import share
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category
from longpole.domain.what_if import Shift

_LOOPS = frozenset({"loop", "agent"})
_LEAST_RUNS = 50
_LEAST_AT_LIMIT = 10
_AT_LIMIT = 0.03
"""Of the runs, at the lower end; fewer are within what a limit is for."""
_PILED_UP = 2
"""So many times as many runs end at the limit as one round before: what would have gone on is cut off there."""
_RUNAWAY = 10.0
"""So many times the median, and at least thirty: no list of tries is that long."""
_LEAST_ROUNDS = 30
_LEAST_RUNAWAYS = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Loop:
    """A loop: its rounds by run (of those that came by it), and the executions inside of it."""

    node: NodeInfo
    runs: Ints
    rounds: Ints
    places: Ints
    place_rounds: Ints


def loops(observed: Observations) -> Iterator[Finding]:
    """At most one finding for each loop."""
    for loop in _loops(observed):
        if loop.runs.size < _LEAST_RUNS:
            continue
        limit = _limit(observed, loop.node.node_id)
        found = _at_limit(observed, loop, limit) if limit is not None else None
        found = found or _runaway(observed, loop)
        if found is not None:
            yield found


def _loops(observed: Observations) -> Iterator[_Loop]:
    """Loops by the step around their rounds."""
    columns = observed.executions
    infos: Mapping[str, NodeInfo] = {node.node_id: node for node in reversed(observed.nodes)}
    inside: dict[str, list[int]] = {}
    for place, node in enumerate(observed.nodes):
        around = infos.get(node.enclosing_node_id or "")
        if around is not None and around.node_type in _LOOPS:
            inside.setdefault(around.node_id, []).append(place)
    for node_id, members in sorted(inside.items()):
        places = np.flatnonzero(np.isin(columns.node, members) & (columns.iteration_index >= 0))
        if places.size:
            runs, at = np.unique(columns.run[places], return_inverse=True)
            rounds = np.zeros(runs.size, np.int64)
            np.maximum.at(rounds, at.ravel(), columns.iteration_index[places] + 1)
            yield _Loop(infos[node_id], runs, rounds, places, columns.iteration_index[places])


def _limit(observed: Observations, node_id: str) -> int | None:
    node = observed.graph.node(node_id) if observed.graph is not None else None
    limit = node.config.get("loop_count") if node is not None else None
    return limit if isinstance(limit, int) and not isinstance(limit, bool) and limit > 1 else None


def _at_limit(observed: Observations, loop: _Loop, limit: int) -> Finding | None:
    """Runs whose loop was ended by its limit; a loop that always has as many rounds is one over a number."""
    at_limit = loop.rounds >= limit
    found = share(int(at_limit.sum()), int(loop.runs.size))
    if found.count < _LEAST_AT_LIMIT or found.low < _AT_LIMIT or np.median(loop.rounds) >= limit:
        return None
    if found.count < _PILED_UP * int((loop.rounds == limit - 1).sum()):
        return None  # as many as one would expect to need just that many
    name, usual = titled(loop.node), float(np.median(loop.rounds[~at_limit]))
    told = remedy(observed.engine, Action.BOUND_LOOP, loop.node, most=limit)
    return Finding(
        rule="best_practice.loop_at_limit",
        category=Category.BEST_PRACTICE,
        title=f"{name} is often ended by its limit, not by its goal",
        description=(
            f"{share_words(found)} of the runs have all {limit} rounds that {name} may have; half of the others end "
            f"after {usual:.0f} or fewer. What a run answers that was ended by the limit is what it had by then."
        ),
        improvement=None,
        affected_nodes=(loop.node.node_id,),
        gain=Gain(),
        steps=told.steps,
        code_example=told.code_example,
        facts={"limit": limit, "share_at_limit": found.ratio, "usual_rounds": usual, "runs": found.n},
        evidence=(shown_by(observed, "loop_at_limit", loop.runs[at_limit], (loop.node,), limit=limit, n=found.n),),
        floor="low",
    )


def _runaway(observed: Observations, loop: _Loop) -> Finding | None:
    usual = float(np.median(loop.rounds))
    far = max(_RUNAWAY * usual, float(_LEAST_ROUNDS))
    long = loop.rounds >= far
    if int(long.sum()) < _LEAST_RUNAWAYS:
        return None
    most = int(np.ceil(max(np.percentile(loop.rounds[~long], 99), 2 * usual))) if not long.all() else int(far)
    seconds, usd = _beyond(observed, loop, most)
    taken = observed.runs.elapsed_ns[~np.isnan(observed.runs.elapsed_ns)]
    if not taken.size:
        return None
    mean_s = float(taken.mean()) / 1e9
    saved = mean_interval(seconds)
    saved_usd = monthly(observed, usd)
    if saved.low < LEAST_GAIN.share_of_run * mean_s and saved_usd.low < LEAST_GAIN.usd_per_month:
        return None
    name, found = titled(loop.node), share(int(long.sum()), int(loop.runs.size))
    less = Shift(mean_s, *saved.off(mean_s))
    estimate = time_estimate("mean", less, f"rounds beyond {most} taken out, bootstrap over runs", len(observed.runs))
    told = remedy(observed.engine, Action.BOUND_LOOP, loop.node, most=most)
    return Finding(
        rule="best_practice.unbounded_loop",
        category=Category.BEST_PRACTICE,
        title=f"{name} now and then does not end for long",
        description=(
            f"Half of the runs have {usual:.0f} rounds of {name} or fewer, {share_words(found)} have {far:.0f} or "
            f"more, up to {int(loop.rounds.max()):,}. With {most} rounds at most, a run on average would have spent "
            f"{amounts.duration(saved.value)} less in it ({amounts.bounds(*saved, 's')})."
        ),
        improvement=improvement(estimate),
        affected_nodes=(loop.node.node_id,),
        gain=Gain(
            seconds_per_run=saved.low, share_of_run=saved.low / mean_s if mean_s > 0 else None,
            usd_per_month=saved_usd.low if saved_usd.low > 0 else None,
        ),
        estimate=estimate,
        steps=told.steps,
        code_example=told.code_example,
        facts={
            "usual_rounds": usual, "most_rounds": int(loop.rounds.max()), "limit": most, "runaway_share": found.ratio,
        },
        evidence=(shown_by(observed, "unbounded_loop", loop.runs[long], (loop.node,), n=found.n, most=most),),
    )  # fmt: skip


def _beyond(observed: Observations, loop: _Loop, most: int) -> tuple[Floats, Floats]:
    """Seconds and dollars of each run that rounds beyond `most` took; of rounds, one after the other, not of steps."""
    columns = observed.executions
    late = loop.place_rounds >= most
    places = loop.places[late]
    begin = np.full(len(observed.runs), np.inf)
    end = np.zeros(len(observed.runs))
    np.minimum.at(begin, columns.run[places], columns.start_ns[places].astype(float))
    np.maximum.at(end, columns.run[places], columns.start_ns[places] + np.nan_to_num(columns.elapsed_ns[places]))
    seconds = np.where(end > 0, (end - np.where(np.isfinite(begin), begin, 0.0)) / 1e9, 0.0)
    return seconds, by_run(observed, places, np.nan_to_num(columns.cost_usd[places]))

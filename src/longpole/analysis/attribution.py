"""What is behind a change: where it is, and what changed there then, by how much of it each explains.

    +1.2 s a run   ├────────── node answer: 97 % ──────────┤
                   ├──────── input size there: 88 % ────┤      why comes before where

The node says where to look; a version, a model, larger inputs, other traffic, a
cache that serves less or an error that comes back say why. Shares are of the
change of the mean, one thing at a time: they need not sum to 1, as a new
version may have brought a new model.

Invariant: no cause has a share below 0 or above 1; the sides swapped, the
same nodes carry the change.

Upstream: `services.degradations`. Downstream: `attribution_table`, `attribution_effects`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from longpole.analysis.attribution_effects import (
    Effect,
    Sides,
    cache_effects,
    mix_effect,
    model_effects,
    node_effects,
    retry_effects,
    size_effects,
    version_effect,
)
from longpole.analysis.attribution_table import NodeColumn, Table, WholeRun, tables
from longpole.domain.degradations import Cause, CauseKind, DegradedMetric

LEAST_RUNS = 20
_LEAST_SHARE, _WORTH = 0.1, 0.35
_NEARLY = 0.25
"""Causes whose shares are nearer than this are told in order of what people can do about them."""
_ORDER = (
    CauseKind.WORKFLOW_VERSION,
    CauseKind.MODEL,
    CauseKind.CACHE_HIT_RATE,
    CauseKind.ERROR_RATE,
    CauseKind.INPUT_SIZE,
    CauseKind.TRAFFIC_MIX,
    CauseKind.NODE,
)
_TAIL, _OF_TAIL = 0.8, 0.5
_EXAMPLES = 3


def attribution(before: Sequence[WholeRun], after: Sequence[WholeRun], metric: DegradedMetric) -> tuple[Cause, ...]:
    """What explains the change from the runs before to those after, the most likely first.

    None where a side has fewer than `LEAST_RUNS`, or the mean did not change.
    """
    first, second, names = tables(before, after, metric)
    if min(len(first), len(second)) < LEAST_RUNS:
        return ()
    if metric is DegradedMetric.RUN_TIME_P95 and _is_of_tail(first, second):
        first, second = _tail(first), _tail(second)
    sides = Sides(first, second, names)
    if sides.change == 0:
        return ()
    return tuple(_cause(sides, effect) for effect in _ranked(sides, _effects(sides, metric)))


def _effects(sides: Sides, metric: DegradedMetric) -> list[Effect]:
    sizes = size_effects(sides)
    mix = None if metric is DegradedMetric.ERROR_RATE else mix_effect(sides)
    of_size = sum(each.size for each in sizes.values())
    version = version_effect(sides, of_size + (mix.size if mix else 0.0))
    found = [*node_effects(sides), *model_effects(sides, sizes), *cache_effects(sides), *retry_effects(sides)]
    if sizes:
        most = max(sizes.values(), key=lambda each: each.size / sides.change)
        found.append(Effect(CauseKind.INPUT_SIZE, most.name, of_size, most.evidence, most.chosen))
    return [*found, *(each for each in (mix, version) if each is not None)]


def _ranked(sides: Sides, effects: Sequence[Effect]) -> list[Effect]:
    """What is worth telling: reasons that explain much, then the nodes, then the rest."""
    share = {id(each): each.size / sides.change for each in effects}
    worth = [each for each in effects if share[id(each)] >= _LEAST_SHARE]
    reasons = [each for each in worth if each.kind is not CauseKind.NODE and share[id(each)] >= _WORTH]
    best = max((min(share[id(each)], 1.0) for each in reasons), default=0.0)

    def rank(effect: Effect) -> tuple[int, float, float]:
        if effect in reasons:
            is_near = min(share[id(effect)], 1.0) >= best - _NEARLY
            return (0, _ORDER.index(effect.kind), 0.0) if is_near else (1, -share[id(effect)], 0.0)
        return (2 if effect.kind is CauseKind.NODE else 3, -share[id(effect)], 0.0)

    return sorted(worth, key=rank)


def _cause(sides: Sides, effect: Effect) -> Cause:
    evidence: dict[str, Any] = {name: _plain(value) for name, value in effect.evidence.items()}
    evidence |= {"explains": round(effect.size, 9), "runs_before": len(sides.before), "runs_after": len(sides.after)}
    if effect.chosen is not None:
        places = np.flatnonzero(effect.chosen)
        longest = places[np.argsort(-sides.after.value[places], kind="stable")][:_EXAMPLES]
        evidence["run_ids"] = [sides.after.run_ids[place] for place in longest.tolist()]
    return Cause(effect.kind, effect.name, min(max(effect.size / sides.change, 0.0), 1.0), evidence)


def _plain(value: Any) -> Any:
    return round(float(value), 9) if isinstance(value, float | np.floating) else value


def _is_of_tail(before: Table, after: Table) -> bool:
    """Whether the slow runs changed much more than runs do on average."""

    def grown(statistic: Any) -> float:
        return float(abs(np.log(max(statistic(after.value), 1e-12) / max(statistic(before.value), 1e-12))))

    return grown(np.mean) < _OF_TAIL * grown(lambda values: np.quantile(values, 0.95))


def _tail(table: Table) -> Table:
    chosen = np.flatnonzero(table.value >= np.quantile(table.value, _TAIL))
    return Table(
        tuple(table.run_ids[place] for place in chosen.tolist()),
        table.value[chosen],
        table.version[chosen],
        table.path[chosen],
        _rows(table.nodes, chosen),
    )


def _rows(nodes: Mapping[str, NodeColumn], chosen: Any) -> dict[str, NodeColumn]:
    names = ("value", "ran", "model", "cached", "size", "retried")
    return {node_id: NodeColumn(*(getattr(of, name)[chosen] for name in names)) for node_id, of in nodes.items()}

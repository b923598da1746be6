"""How much of a change each thing that changed with it explains: what would be different had only that changed.

    traffic mix     runs before, as often by way through the graph as they are after
    input size      a node's time grows with its input by an elasticity that both sides show
    model, cache,   executions with and without, as often as they are after
    retries
    version         runs of both versions at the same time, where there are such; else what is left

Each effect is in the unit of the runs' value, and none is counted that chance
explains (three standard errors).

Upstream: `attribution`. Downstream: `attribution_table`. Source: Oaxaca and Blinder's decomposition (1973), one factor
at a time; direct standardisation for the mix.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.attribution_table import WAITING, Floats, Names, NodeColumn, Table
from longpole.domain.degradations import CauseKind

_FEW, _SOME = 5, 20
_ERRORS = 3.0
_SHIFT = 0.1
"""A share that moved by less is no cause."""
_MOST_ELASTIC = 2.0
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change explains, in the unit of the value; `chosen` are runs after that show it."""

    kind: CauseKind
    name: str
    size: float
    evidence: Mapping[str, Any]
    chosen: Flags | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """Both tables, what their indexes stand for, and the change of the mean."""

    before: Table
    after: Table
    names: Names
    node_ids: tuple[str, ...] = field(default=())

    @property
    def change(self) -> float:
        """Of the mean value of a run."""
        return float(self.after.value.mean() - self.before.value.mean())


def node_effects(sides: Sides) -> Iterator[Effect]:
    """What each node adds to the change: where it is, not why."""
    for node_id, (before, after) in _columns(sides):
        was, now = float(before.value.mean()), float(after.value.mean())
        error = math.hypot(_error(before.value), _error(after.value))
        if node_id != WAITING and abs(now - was) > _ERRORS * error:
            slow = after.value >= np.quantile(after.value, 0.75)
            yield Effect(CauseKind.NODE, node_id, now - was, {"before": was, "after": now}, slow)


def mix_effect(sides: Sides) -> Effect | None:
    """Runs took other ways through the graph than before."""
    count = len(sides.names.paths)
    was, now = (_shares(side.path, count) for side in (sides.before, sides.after))
    versions = set(sides.before.version.tolist())
    total, most, mean = 0.0, (0.0, 0), float(sides.before.value.mean())
    for path in range(count):
        shift = now[path] - was[path]
        here, there = sides.before.path == path, sides.after.path == path
        if here.sum() >= _FEW:
            level = float(sides.before.value[here].mean())
        elif there.sum() >= _FEW and set(sides.after.version[there].tolist()) <= versions:
            level = float(sides.after.value[there].mean())
        else:
            continue  # a way that a new version made is that version's doing
        total += shift * (level - mean)
        most = max(most, (shift, path))
    shift, path = most
    if shift < _SHIFT or not _differ(was[path], len(sides.before), now[path], len(sides.after)):
        return None
    others = frozenset.intersection(*sides.names.paths) if sides.names.paths else frozenset()
    through = sorted(sides.names.paths[path] - others)
    evidence = {"share_before": was[path], "share_after": now[path], "nodes": through}
    return Effect(CauseKind.TRAFFIC_MIX, ", ".join(through) or "shorter way", total, evidence, sides.after.path == path)


def size_effects(sides: Sides) -> dict[str, Effect]:
    """By node: its inputs are of another size, and it takes longer for larger ones."""
    found: dict[str, Effect] = {}
    for node_id, (before, after) in _columns(sides):
        here, there = (side.ran & np.isfinite(side.size) & (side.value > 0) for side in (before, after))
        if min(here.sum(), there.sum()) < _SOME:
            continue
        x, y = (
            [np.log(getattr(before, name)[here]), np.log(getattr(after, name)[there])] for name in ("size", "value")
        )
        shift = float(x[1].mean() - x[0].mean())
        if abs(shift) <= _ERRORS * math.hypot(_error(x[0]), _error(x[1])):
            continue
        slope = _slope(np.concatenate([each - each.mean() for each in x]), np.concatenate([e - e.mean() for e in y]))
        size = float(before.value.mean()) * math.expm1(min(slope, _MOST_ELASTIC) * shift)
        sizes = {"before": float(np.exp(x[0].mean())), "after": float(np.exp(x[1].mean())), "elasticity": slope}
        found[node_id] = Effect(CauseKind.INPUT_SIZE, node_id, size, sizes, there)
    return found


def _slope(x: Floats, y: Floats) -> float:
    """Of a line through 0; 0 where it could be chance."""
    square = float(x @ x)
    if square <= 0:
        return 0.0
    slope = float(x @ y) / square
    error = math.sqrt(float(np.square(y - slope * x).sum()) / max(x.size - 2, 1) / square)
    return slope if slope > _ERRORS * error else 0.0


def model_effects(sides: Sides, sizes: Mapping[str, Effect]) -> Iterator[Effect]:
    """By node: another model answers."""
    count = len(sides.names.models)
    for node_id, (before, after) in _columns(sides):
        here, there = before.model >= 0, after.model >= 0
        if min(here.sum(), there.sum()) < _SOME:
            continue
        was, now = _shares(before.model[here], count), _shares(after.model[there], count)
        new = int(np.argmax(now - was))
        old = int(np.argmin(now - was))
        if now[new] - was[new] < _SHIFT or not _differ(was[new], here.sum(), now[new], there.sum()):
            continue
        size = float(there.mean()) * sum(
            (now[model] - was[model]) * _level(before, after, model) for model in range(count)
        )
        if was[new] * here.sum() < _FEW and node_id in sizes:
            size -= sizes[node_id].size
        names = sides.names.models
        evidence = {"from": names[old], "to": names[new], "share_before": was[new], "share_after": now[new]}
        name = f"{node_id}: {names[old]} → {names[new]}"
        yield Effect(CauseKind.MODEL, name, size, evidence, after.model == new)


def _level(before: NodeColumn, after: NodeColumn, model: int) -> float:
    for side in (after, before):
        chosen = side.model == model
        if chosen.sum() >= _FEW:
            return float(side.value[chosen].mean())
    return 0.0


def cache_effects(sides: Sides) -> Iterator[Effect]:
    """By node: a cache serves it more or less often."""
    for node_id, (before, after) in _columns(sides):
        hits = [side.cached[side.ran & np.isfinite(side.cached)] >= 0.5 for side in (before, after)]  # noqa: PLR2004 - most of the executions
        both = np.concatenate([_known(before), _known(after)])
        size = _flag_effect(hits, both, float(after.ran.mean()))
        if size is not None:
            evidence = {"hit_rate_before": float(hits[0].mean()), "hit_rate_after": float(hits[1].mean())}
            yield Effect(CauseKind.CACHE_HIT_RATE, node_id, size, evidence, after.cached < 0.5)  # noqa: PLR2004 - as above


def _known(side: NodeColumn) -> Floats:
    return side.value[side.ran & np.isfinite(side.cached)]


def retry_effects(sides: Sides) -> Iterator[Effect]:
    """By node: it fails, or is tried again, more or less often."""
    for node_id, (before, after) in _columns(sides):
        flags = [side.retried[side.ran] > 0 for side in (before, after)]
        size = _flag_effect(flags, np.concatenate([before.value[before.ran], after.value[after.ran]]), after.ran.mean())
        if size is not None:
            evidence = {"rate_before": float(flags[0].mean()), "rate_after": float(flags[1].mean())}
            yield Effect(CauseKind.ERROR_RATE, node_id, size, evidence, after.retried > 0)


def _flag_effect(flags: list[Flags], values: Floats, ran: float) -> float | None:
    """What a flag that is there more or less often explains; None where it is as often, or means nothing."""
    was, now = (float(each.mean()) if each.size else 0.0 for each in flags)
    if min(each.size for each in flags) < _SOME or not _differ(was, flags[0].size, now, flags[1].size):
        return None
    with_it = np.concatenate(flags)
    if min(with_it.sum(), (~with_it).sum()) < _FEW:
        return None
    return (now - was) * float(values[with_it].mean() - values[~with_it].mean()) * ran


def version_effect(sides: Sides, explained: float) -> Effect | None:
    """Another version runs; `explained` is what other traffic and inputs explain, where no run tells them apart."""
    count = len(sides.names.versions)
    was, now = _shares(sides.before.version, count), _shares(sides.after.version, count)
    new, old = int(np.argmax(now - was)), int(np.argmin(now - was))
    shift = float(now[new] - was[new])
    if shift < _SHIFT or not _differ(was[new], len(sides.before), now[new], len(sides.after)):
        return None
    size = _contrast(sides, new) * shift
    if not math.isfinite(size):
        size = sides.change - explained
    names = [str(sides.names.versions[each] or "none") for each in (old, new)]
    evidence = {"from": names[0], "to": names[1], "share_before": float(was[new]), "share_after": float(now[new])}
    return Effect(CauseKind.WORKFLOW_VERSION, names[1], size, evidence, sides.after.version == new)


def _contrast(sides: Sides, new: int) -> float:
    """Runs of the new version less others at the same time; NaN where they never ran at the same time."""
    found, weights = [], []
    for side in (sides.before, sides.after):
        of_new = side.version == new
        fewest = int(min(of_new.sum(), (~of_new).sum()))
        if fewest >= _SOME:
            found.append(float(side.value[of_new].mean() - side.value[~of_new].mean()))
            weights.append(fewest)
    return float(np.average(found, weights=weights)) if found else math.nan


def _columns(sides: Sides) -> Iterator[tuple[str, tuple[NodeColumn, NodeColumn]]]:
    for node_id, before in sides.before.nodes.items():
        after = sides.after.nodes.get(node_id)
        if after is not None:
            yield node_id, (before, after)


def _shares(indexes: NDArray[np.int64], count: int) -> Floats:
    return np.bincount(indexes, minlength=count) / max(indexes.size, 1)


def _error(values: Floats) -> float:
    return float(values.std(ddof=1)) / math.sqrt(values.size) if values.size > 1 else math.inf


def _differ(was: float, n_was: int, now: float, n_now: int) -> bool:
    """Whether two shares differ by more than chance."""
    both = (was * n_was + now * n_now) / (n_was + n_now)
    return abs(now - was) > _ERRORS * math.sqrt(max(both * (1 - both), 0) * (1 / n_was + 1 / n_now))

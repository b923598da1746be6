"""How the nodes behave that a recommendation is about, so that it can be seen later that somebody changed them.

    ──────────────────┬────────────────────► runs
      never cached    │ mostly cached          a cause that vanished here, by this change, was dealt with
                   at_ns

A cause that vanishes without such a change has merely gone: nobody followed the
advice, and nothing is there to be verified.

Upstream: `reconciled`. Downstream: `observations`.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from longpole.advice.observations import FAILED, Floats, Ints, Observations
from longpole.domain.units import NS_PER_SECOND, instant

_RECENT = 20
"""What the last so many runs do is how it is now."""
_MOSTLY = 0.5
_SHARE_STEP = 0.05
_TOKENS_STEP = 0.2
_EXPECTED = 10
"""A node of which so many executions would have been expected, and none came, is gone."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed, in words, and since which run."""

    at_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class _Executions:
    """Those of the affected nodes, in order of their runs' ends."""

    place: Ints
    end_ns: Ints

    def __len__(self) -> int:
        return int(self.place.size)


def baseline(observed: Observations, node_ids: Collection[str]) -> dict[str, Any]:
    """The workflow and some of its nodes as they are; JSON."""
    runs = observed.runs
    elapsed = runs.elapsed_ns[np.isfinite(runs.elapsed_ns)] / NS_PER_SECOND
    made: dict[str, Any] = {
        "since": instant(observed.since_ns).isoformat(),
        "until": instant(observed.until_ns).isoformat(),
        "runs": len(runs),
        "versions": sorted(_versions(observed)),
        "execution_time_p50": _quantile(elapsed, 0.5),
        "execution_time_p95": _quantile(elapsed, 0.95),
        "cost_per_run": _mean(runs.cost_usd),
        "failed_run_share": float((runs.status == FAILED).mean()) if len(runs) else None,
        "nodes": _figures(observed, _executions(observed, node_ids)),
        "overlap": _overlap_share(observed, node_ids),
    }
    return made


def change_since(before: Mapping[str, Any], observed: Observations, rule: str, ids: Collection[str]) -> Changed | None:
    """The change that fits what a rule had advised, if one is seen in the runs."""
    of_rule = rule.partition(".")[0]
    for look in _LOOKS.get(of_rule, (_gone,)):
        found = look(before, observed, ids)
        if found is not None:
            return found
    return _other_version(before, observed)


def _other_version(before: Mapping[str, Any], observed: Observations) -> Changed | None:
    known = set(before.get("versions") or ())
    if not known or not len(observed.runs):
        return None
    is_new = np.array([version not in known for version in observed.versions] + [False])[observed.runs.version]
    if is_new[-_RECENT:].mean() < _MOSTLY:
        return None
    newest = observed.versions[int(observed.runs.version[np.flatnonzero(is_new)[-1]])]
    return Changed(int(observed.runs.end_ns[np.argmax(is_new)]), f"version {newest} of the workflow")


def _cached(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    was = _of(before, "cached_share") or 0.0
    some = _executions(observed, ids)
    hits = (observed.executions.is_cached[some.place] == 1).astype(np.float64)
    now = _share_now(hits)
    if now is None or now < was + _SHARE_STEP:
        return None
    begun = int(some.end_ns[np.argmax(hits)]) if was == 0 else _step_ns(some, hits)
    return Changed(begun, f"{_names(ids)} served from a cache, {now:.0%} of the last executions")


def _retried(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    was = _of(before, "retried_share")
    some = _executions(observed, ids)
    again = (observed.executions.attempts[some.place] > 1).astype(np.float64)
    now = _share_now(again)
    if was is None or now is None or abs(now - was) < _SHARE_STEP / 2 or was / 2 < now < was * 2:
        return None
    return Changed(_step_ns(some, again), f"{_names(ids)} tried again in {now:.0%} of executions, before in {was:.0%}")


def _other_model(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    known = set(_of(before, "models") or ())
    some = _executions(observed, ids)
    names = [each.model for each in observed.models]
    is_new = np.array([name is not None and name not in known for name in names] + [False])
    new = is_new[observed.executions.model[some.place]].astype(np.float64)
    now = _share_now(new)
    if not known or now is None or now < _MOSTLY:
        return None
    model = names[int(observed.executions.model[some.place[np.flatnonzero(new)[-1]]])]
    return Changed(int(some.end_ns[np.argmax(new)]), f"{_names(ids)} on the model {model}")


def _fewer_tokens(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    some = _executions(observed, ids)
    for kind, values in (("input", observed.executions.input_tokens), ("output", observed.executions.output_tokens)):
        was, each = _of(before, f"{kind}_tokens"), np.nan_to_num(values[some.place])
        now = _share_now(each)
        if was and now is not None and now <= was * (1 - _TOKENS_STEP):
            return Changed(_step_ns(some, each), f"{_names(ids)} with {now:.0f} {kind} tokens, before {was:.0f}")
    return None


def _gone(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    rate = (_of(before, "executions") or 0) / max(before.get("runs") or 0, 1)
    enough = max(_RECENT, math.ceil(_EXPECTED / rate)) if rate else 0
    if not enough or len(observed.runs) < enough:
        return None
    some = _executions(observed, ids)
    since = int(observed.runs.end_ns[-enough])
    if len(some) and some.end_ns[-1] >= since:
        return None
    last = int(some.end_ns[-1]) if len(some) else int(observed.runs.end_ns[0])
    return Changed(last, f"{_names(ids)} taken out of the workflow")


def _side_by_side(before: Mapping[str, Any], observed: Observations, ids: Collection[str]) -> Changed | None:
    was, share = before.get("overlap"), _overlap_share(observed, ids, _RECENT)
    if was is None or share is None or was >= _SHARE_STEP or share < _MOSTLY:
        return None
    runs = np.unique(_overlapping(observed, ids))
    return Changed(int(observed.runs.end_ns[runs[0]]), f"{_names(ids)} running side by side")


_Look = Callable[[Mapping[str, Any], Observations, Collection[str]], Changed | None]
_LOOKS: Mapping[str, tuple[_Look, ...]] = {
    "slow_nodes": (_other_model, _cached, _side_by_side, _fewer_tokens, _gone),
    "cache_opportunities": (_cached, _gone),
    "cache_ttls": (_cached, _gone),
    "error_patterns": (_retried, _other_model, _gone),
    "token_usage": (_fewer_tokens, _other_model, _cached, _gone),
    "parallel_opportunities": (_side_by_side, _gone),
    "retry_patterns": (_retried, _gone),
    "scalability": (_side_by_side, _gone),
}


def _versions(observed: Observations) -> set[str]:
    return {observed.versions[code] for code in np.unique(observed.runs.version).tolist() if code >= 0}


def _executions(observed: Observations, ids: Collection[str]) -> _Executions:
    wanted = np.array([node.node_id in ids for node in observed.nodes] + [False])
    place = np.flatnonzero(wanted[observed.executions.node])
    return _Executions(place, observed.runs.end_ns[observed.executions.run[place]])


def _figures(observed: Observations, some: _Executions) -> dict[str, Any]:
    columns, place = observed.executions, some.place
    models = {observed.models[code].model for code in np.unique(columns.model[place]).tolist() if code >= 0}
    return {
        "executions": len(some),
        "cached_share": float((columns.is_cached[place] == 1).mean()) if len(some) else None,
        "retried_share": float((columns.attempts[place] > 1).mean()) if len(some) else None,
        "input_tokens": _mean(columns.input_tokens[place]),
        "output_tokens": _mean(columns.output_tokens[place]),
        "models": sorted(model for model in models if model is not None),
    }


def _of(before: Mapping[str, Any], figure: str) -> Any:
    return (before.get("nodes") or {}).get(figure)


def _share_now(values: Floats) -> float | None:
    """The mean of the last executions."""
    return float(values[-_RECENT:].mean()) if values.size else None


def _step_ns(some: _Executions, values: Floats) -> int:
    """The end of the run since which the values are others: the cut with the least variance on its two sides."""
    if len(some) < 2:  # noqa: PLR2004 - one value cannot be cut
        return int(some.end_ns[0])
    sums, count = np.cumsum(values), np.arange(1, len(some))
    left, right = sums[:-1] / count, (sums[-1] - sums[:-1]) / (len(some) - count)
    between = count * (len(some) - count) * (left - right) ** 2
    return int(some.end_ns[int(np.argmax(between)) + 1 if between.any() else 0])


def _overlap_share(observed: Observations, ids: Collection[str], of_last: int | None = None) -> float | None:
    """In which share of the runs some of the nodes, or of what is inside them, ran at the same time."""
    runs = np.unique(observed.executions.run[_executions(observed, ids).place])
    runs = runs if of_last is None else runs[-of_last:]
    return float(np.isin(runs, _overlapping(observed, ids)).mean()) if runs.size else None


def _overlapping(observed: Observations, ids: Collection[str]) -> Ints:
    inside = [node for node in observed.nodes if node.node_id in ids or node.enclosing_node_id in ids]
    around = {node.enclosing_node_id for node in inside}
    place = _executions(observed, {node.node_id for node in inside} - around).place
    columns = observed.executions
    place = place[(columns.start_ns[place] >= 0) & np.isfinite(columns.elapsed_ns[place])]
    place = place[np.lexsort((columns.start_ns[place], columns.run[place]))]
    run, start = columns.run[place], columns.start_ns[place]
    end = start + columns.elapsed_ns[place].astype(np.int64)
    found: Ints = run[1:][(run[1:] == run[:-1]) & (start[1:] < end[:-1])]
    return found


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _quantile(values: Floats, q: float) -> float | None:
    return float(np.quantile(values, q)) if values.size else None


def _names(ids: Collection[str]) -> str:
    first, *more = list(ids) or ["the workflow"]
    return f"{first!r}" if not more else f"{first!r} and {len(more)} more"

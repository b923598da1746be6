"""What runs show of two steps: one was given what the other made, or surely something else.

Payloads are known by their fingerprints. A step whose input is, run after run,
what another step made is tied to it, whatever its configuration says. That
nothing of the kind is seen proves nothing: a value may be taken apart on its
way. So it is only a veto.

Where nobody declared what a step uses, it takes more: its input was, in every
run, exactly what had been there before the other step began.

Invariant: values that do not vary, that are short, or that a step only passed on,
tie nothing.

Upstream: `advice.observations`. Downstream: `parallel_opportunities`.
Source: the design's sheet of analyses: fingerprints alone find 0.77 to 0.91 of what they call removable to be so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.advice.observations import NO_FINGERPRINT, Ints, Observations

Pair = tuple[str, str]
_LEAST_BYTES = 16
_LEAST_RUNS = 20
_LEAST_VALUES = 5
_MOST_RUNS = 2_000
_MOST_NODES = 100
_MIXING = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A step's values, each mixed with its run: what it was given, what it made, and when."""

    given: NDArray[np.uint64]
    made: NDArray[np.uint64]


def ties(observed: Observations, pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Of `pairs`, those whose second step was given, in some run, a value that the first made there."""
    executions, places = observed.executions, _places(observed)
    varied = _varied(executions.output_fingerprint) & ~(executions.output_bytes < _LEAST_BYTES)
    seen: dict[str, _Seen] = {}

    def of(node_id: str) -> _Seen:
        if node_id not in seen:
            at = np.isin(executions.node, places.get(node_id, []))
            makes = at & varied & (executions.output_fingerprint != executions.input_fingerprint)
            seen[node_id] = _Seen(
                _mixed(executions.run[at], executions.input_fingerprint[at]),
                _mixed(executions.run[makes], executions.output_fingerprint[makes]),
            )
        return seen[node_id]

    return frozenset((u, v) for u, v in pairs if np.isin(of(v).given, of(u).made).any())


def surely_apart(observed: Observations, pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Of `pairs`, those whose second step was always given what had been there before the first one began.

    That is: its input was the first one's input, or the input or output of a step that had ended by then. In twenty
    runs and more, with at least five different inputs, and in each of them.
    """
    per_run = _per_run(observed)
    found = set()
    for u, v in pairs:
        if u in per_run and v in per_run and _is_apart(per_run, u, v):
            found.add((u, v))
    return frozenset(found)


def _is_apart(per_run: Mapping[str, Mapping[str, Ints]], u: str, v: str) -> bool:
    given = per_run[v]["given"]
    both = (given != NO_FINGERPRINT) & (per_run[u]["start"] >= 0)
    if int(both.sum()) < _LEAST_RUNS or np.unique(given[both]).size < _LEAST_VALUES:
        return False
    if (per_run[u]["made"][both] == given[both]).any():
        return False
    was_there = per_run[u]["given"] == given
    for w, of in per_run.items():
        if w not in {u, v}:
            had_ended = (of["end"] >= 0) & (of["end"] <= per_run[u]["start"])
            was_there = was_there | (had_ended & ((of["made"] == given) | (of["given"] == given)))
    return bool(was_there[both].all())


def _per_run(observed: Observations) -> dict[str, dict[str, Ints]]:
    """By node, by run (the newest of them): its values where it ran once in every run, with -1 and 0 where not."""
    executions, n = observed.executions, len(observed.runs)
    first = max(0, n - _MOST_RUNS)
    recent = executions.run >= first
    found: dict[str, dict[str, Ints]] = {}
    for node_id, places in list(_places(observed).items())[:_MOST_NODES]:
        at = np.flatnonzero(recent & np.isin(executions.node, places))
        runs = executions.run[at] - first
        if at.size == 0 or np.unique(runs).size < at.size:
            continue
        ended = executions.start_ns[at] + np.nan_to_num(executions.elapsed_ns[at], nan=-1e18).astype(np.int64)
        columns = {
            "given": (executions.input_fingerprint[at], NO_FINGERPRINT),
            "made": (executions.output_fingerprint[at], NO_FINGERPRINT),
            "start": (executions.start_ns[at], -1),
            "end": (np.where(np.isnan(executions.elapsed_ns[at]), -1, ended), -1),
        }
        of: dict[str, Ints] = {}
        for name, (values, nothing) in columns.items():
            of[name] = np.full(n - first, nothing, dtype=np.int64)
            of[name][runs] = values
        found[node_id] = of
    return found


def _places(observed: Observations) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, node in enumerate(observed.nodes):
        found.setdefault(node.node_id, []).append(place)
    return found


def _varied(fingerprints: Ints) -> NDArray[np.bool_]:
    """Values that are seen, and are not most of what is seen: a constant says nothing of where it came from."""
    known = fingerprints != NO_FINGERPRINT
    _, index, counts = np.unique(fingerprints, return_inverse=True, return_counts=True)
    return np.asarray(known & (counts[index] * 2 <= max(2, int(known.sum()))))


def _mixed(runs: Ints, fingerprints: Ints) -> NDArray[np.uint64]:
    """A number for a value in a run; 0 where the value is not known."""
    mixed = runs.astype(np.uint64) * _MIXING ^ fingerprints.astype(np.uint64)
    return np.asarray(np.where(fingerprints == NO_FINGERPRINT, np.uint64(0), mixed))

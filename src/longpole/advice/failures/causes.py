"""The failures of a workflow by their cause: which step, which message, which runs failed by it, and what a retry does.

Who speaks of a cause: `retry_patterns` of what other retries, or another
timeout, would change; `error_patterns` of all the rest. Both look here first,
so that a cause is spoken of once.

    run 1   fetch ✗ 503          the run failed by `fetch`
    run 2   fetch ✗ 503 ▸ mail ✗ KeyError     as well: `fetch` was the first of those that end runs
    run 3   loop ✗ ( fetch ✗ )   as well: a step that holds a failed one is not to blame; a skipped one is none

Invariant: a failed execution is in at most one cluster, a failed run counts for at most one.
What was cancelled is in none.

Upstream: `observations`. Downstream: `error_patterns`, `retry_patterns`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from longpole.advice.node_groups import executions_by_group, node_groups
from longpole.advice.observations import (
    FAILED,
    NODE_FAILED,
    NODE_SUCCEEDED,
    PARTIAL,
    ErrorInfo,
    Ints,
    NodeInfo,
    Observations,
)
from longpole.analysis.error_clusters import Repeats, alike, innermost, repeats
from longpole.analysis.error_kinds import ErrorKind, error_kind, is_timeout
from longpole.analysis.proportions import Share, share

_ENDS_RUNS = 0.5
"""A failure that at least every other time comes with the run's is one that ends runs."""
_SURELY = 0.5
_LEAST_TRIES = 5
_MOSTLY = 0.5
_RARE = 3
_CANCELLED = frozenset({"cancelled", "canceled", "cancellederror", "keyboardinterrupt"})
NOTHING_SAID = ErrorInfo(None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Failures:
    """One cause.

    Attributes:
        node: Which step.
        error: What most of them say.
        kind: Whether trying again may help: by the words, and where these say nothing by what became of the same input.
        places: The failed executions, in order of time.
        executions: All executions of the step that succeeded or failed, in order of time.
        runs: The runs that failed by it.
        harmed: The runs that ended without failing, though it happened.
        repeats: What became of the same inputs later.
        is_retried: Whether the engine tries again after it.
    """

    node: NodeInfo
    error: ErrorInfo
    kind: ErrorKind
    places: Ints
    executions: Ints
    runs: Ints
    harmed: Ints
    repeats: Repeats
    is_retried: bool

    @property
    def subject(self) -> str:
        """What it says, without what varies; some messages begin with their type."""
        return ": ".join(part for part in (self.error.error_type, self.said) if part)

    @property
    def said(self) -> str | None:
        """The message without its type."""
        kind, said = self.error.error_type, self.error.pattern
        return said.removeprefix(f"{kind}:").lstrip() if kind and said else said

    @property
    def is_timeout(self) -> bool:
        """Somebody stopped waiting."""
        return is_timeout(self.error.error_type, self.error.pattern)

    def share_of(self, run_count: int) -> Share:
        """The share of all runs that fail by it."""
        return share(int(self.runs.size), run_count)


def failures(observed: Observations) -> tuple[Failures, ...]:
    """The causes, those first by which the most runs fail. O(n log n) for n node executions."""
    columns = observed.executions
    failed = np.flatnonzero((columns.status == NODE_FAILED) & ~np.isin(columns.error, _cancellations(observed)))
    if not failed.size:
        return ()
    group, enclosing = node_groups(observed)
    failed = failed[innermost(columns.run[failed], group[columns.node[failed]], enclosing)]
    keys = _keys(observed, failed, group)
    by_run = _first_of_runs(observed, failed, keys)
    of_group = executions_by_group(observed, group)
    made = [
        _cluster(observed, failed[keys == key], by_run.get(key, _NONE), group=group, of_group=of_group)
        for key in np.unique(keys).tolist()
    ]
    return tuple(sorted(made, key=lambda each: (-each.runs.size, -each.places.size, each.node.node_id, each.subject)))


def recovered_timeouts(observed: Observations) -> Iterator[Failures]:
    """Timeouts after which a further attempt succeeded: they end no run, and cost time. One for each step."""
    columns, attempts = observed.executions, observed.attempts
    codes = [at for at, each in enumerate(observed.errors) if is_timeout(each.error_type, each.pattern)]
    hit = np.isin(attempts.error, codes) & (columns.status[attempts.execution] == NODE_SUCCEEDED)
    if not hit.any():
        return
    group, _ = node_groups(observed)
    of_group = executions_by_group(observed, group)
    for at in np.unique(group[columns.node[attempts.execution[hit]]]).tolist():
        own = hit & (group[columns.node[attempts.execution]] == at)
        yield Failures(
            node=observed.nodes[int(columns.node[attempts.execution[own][0]])],
            error=_what_most_say(observed, attempts.error[own]),
            kind=ErrorKind.TRANSIENT,
            places=np.unique(attempts.execution[own]),
            executions=of_group[at],
            runs=_NONE,
            harmed=_NONE,
            repeats=repeats(_NONE, np.zeros(0, np.bool_)),
            is_retried=True,
        )


_NONE: Ints = np.zeros(0, np.int64)


def _cancellations(observed: Observations) -> list[int]:
    """What somebody stopped is no fault of the step that ran just then."""
    said = [(each.error_type or "").rpartition(".")[2].lower() for each in observed.errors]
    return [at for at, word in enumerate(said) if word in _CANCELLED]


def _keys(observed: Observations, failed: Ints, group: Ints) -> Ints:
    """A number for each failed execution, the same for the same cause."""
    columns = observed.executions
    pairs, inverse = np.unique(
        np.stack([group[columns.node[failed]], columns.error[failed]], axis=1), axis=0, return_inverse=True
    )
    infos = [observed.errors[error] if error >= 0 else NOTHING_SAID for _, error in pairs.tolist()]
    often = np.bincount(inverse.ravel(), minlength=len(infos))
    order = sorted(range(len(infos)), key=lambda at: (-often[at], infos[at].pattern or "", infos[at].error_type or ""))
    made = np.zeros(len(infos), np.int64)
    alikes: dict[tuple[int, str | None], list[int]] = {}
    for at in order:
        alikes.setdefault((int(pairs[at, 0]), infos[at].error_type), []).append(at)
    for members in alikes.values():
        for at, first in zip(members, alike([infos[at].pattern or "" for at in members]), strict=True):
            made[at] = members[first]
        _gather_rare(made, np.array(members), often)
    return made[inverse.ravel()]


def _gather_rare(made: Ints, members: Ints, often: Ints) -> None:
    """Messages of one type that are all different, each seen once or twice, are one cause."""
    kinds, inverse = np.unique(made[members], return_inverse=True)
    rare = np.bincount(inverse, weights=often[members]) < _RARE
    if rare.sum() > 1:
        made[members[rare[inverse]]] = kinds[rare][0]


def _first_of_runs(observed: Observations, failed: Ints, keys: Ints) -> dict[int, Ints]:
    """For each cause the runs that failed, or ended though it happened, by it: the first cause that ends runs."""
    columns, status = observed.executions, observed.runs.status
    run = columns.run[failed]
    size = int(keys.max()) + 1
    with_failure = np.bincount(keys, weights=status[run] == FAILED, minlength=size)
    ends_runs = with_failure >= _ENDS_RUNS * np.bincount(keys, minlength=size)
    order = np.lexsort((failed, columns.start_ns[failed], ~ends_runs[keys], run))
    _, first = np.unique(run[order], return_index=True)
    chosen = order[first]
    return {key: run[chosen[keys[chosen] == key]] for key in np.unique(keys[chosen]).tolist()}


def _cluster(
    observed: Observations, places: Ints, runs: Ints, *, group: Ints, of_group: Mapping[int, Ints]
) -> Failures:
    columns, status = observed.executions, observed.runs.status
    places = places[np.lexsort((places, columns.start_ns[places]))]
    nodes = Counter(columns.node[places].tolist())
    node = min(nodes, key=lambda at: (-nodes[at], at))
    error = _what_most_say(observed, columns.error[places])
    executions = of_group[int(group[node])]
    again = repeats(columns.input_fingerprint[executions], np.isin(executions, places))
    return Failures(
        node=observed.nodes[node],
        error=error,
        kind=_kind(error, again),
        places=places,
        executions=executions,
        runs=runs[status[runs] == FAILED],
        harmed=runs[status[runs] == PARTIAL],
        repeats=again,
        is_retried=bool((columns.attempts[places] > 1).mean() >= _MOSTLY),
    )


def _what_most_say(observed: Observations, errors: Ints) -> ErrorInfo:
    often = Counter(observed.errors[at] if at >= 0 else NOTHING_SAID for at in errors.tolist())
    return min(often, key=lambda each: (-often[each], each.pattern or "", each.error_type or ""))


def _kind(error: ErrorInfo, again: Repeats) -> ErrorKind:
    """By the words of one as it was, else of the pattern; where they say nothing, by what the same inputs did later."""
    for message in (error.pattern, error.example):
        kind = error_kind(error.error_type, message)
        if kind is not ErrorKind.UNKNOWN:
            return kind
    if again.passed.n >= _LEAST_TRIES and again.passed.low >= _SURELY:
        return ErrorKind.TRANSIENT
    is_sure = again.poisoned.n >= _LEAST_TRIES and again.poisoned.low >= _SURELY
    return ErrorKind.DETERMINISTIC if is_sure else ErrorKind.UNKNOWN

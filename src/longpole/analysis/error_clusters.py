"""Failures that are one: which step began it, which messages are the same, which inputs it needs, if it passes.

    loop    ✗ "item 7 failed"          the innermost failure is to blame: `fetch`, not `loop`
     fetch    ✗ "HTTP 503 from …"

Invariant: every failure belongs to one cluster; names and order of what is
given change nothing.

Upstream: columns of node executions. Downstream: `advice.failures.causes`. Source:
similarity of messages as in Drain (He et al., ICWS 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.proportions import Share, difference_z, share

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
_ALIKE = 0.6
"""Messages of as many words, of which this share is the same, are one."""
_MOST_COMPARED = 200
_CONCENTRATED = 5.0
"""Deviations from which on a group fails more than the others: once in a million by chance, for a thousand groups."""


def alike(patterns: Sequence[str]) -> list[int]:
    """For each pattern the place of the first one that it is like. O(n²) of the first 200 kinds."""
    kinds: list[tuple[list[str], int]] = []
    found = []
    for place, pattern in enumerate(patterns):
        words = pattern.split()
        for known, first in kinds:
            if _is_alike(known, words):
                found.append(first)
                break
        else:
            found.append(place)
            if len(kinds) < _MOST_COMPARED:
                kinds.append((words, place))
    return found


def _is_alike(one: list[str], other: list[str]) -> bool:
    if len(one) != len(other):
        return False
    others = [a + b for a, b in zip(one, other, strict=True) if a != b]
    # a number that is left in a pattern is the status of a response
    return len(others) <= (1 - _ALIKE) * len(one) and not any(each.isdigit() for word in others for each in word)


def innermost(run: Ints, node: Ints, enclosing: Ints) -> Flags:
    """Which failed executions have no failed one inside them. O(n log n · depth).

    Args:
        run: The run of each failed execution.
        node: Its node.
        enclosing: For each node the one around it, -1 where there is none.
    """
    nodes = enclosing.size
    outer = _outwards(enclosing)
    inside: list[Ints] = []
    around = outer[node]
    while (around >= 0).any():
        here = around >= 0
        inside.append(run[here] * nodes + around[here])
        around = np.where(here, outer[around], -1)
    if not inside:
        return np.ones(run.size, np.bool_)
    found: Flags = ~np.isin(run * nodes + node, np.concatenate(inside))
    return found


def _outwards(enclosing: Ints) -> Ints:
    """The same without circles: a node that is inside itself is inside nothing."""
    made = enclosing.copy()
    for node in range(made.size):
        seen, at = {node}, int(made[node])
        while at >= 0 and at not in seen:
            seen.add(at)
            at = int(made[at])
        if at >= 0:
            made[node] = -1
    return made


@dataclass(frozen=True, slots=True)
class Repeats:
    """What became of inputs that had failed, when they came again.

    Attributes:
        passed: Of the failures whose input came again, those after which it succeeded at once.
        poisoned: Of all failures with a known input, those of inputs that were tried 3 times or more, always in vain.
        inputs: How many such inputs there are.
    """

    passed: Share
    poisoned: Share
    inputs: int


def repeats(fingerprints: Ints, failed: Flags) -> Repeats:
    """Of executions in order of time; a fingerprint of 0 is not known. O(n log n)."""
    known = fingerprints != 0
    prints, bad = fingerprints[known], failed[known]
    order = np.argsort(prints, kind="stable")
    prints, bad = prints[order], bad[order]
    again = bad[:-1] & (prints[1:] == prints[:-1])
    passed = share(int((again & ~bad[1:]).sum()), int(again.sum()))
    _, inverse, tries = np.unique(prints, return_inverse=True, return_counts=True)
    failures = np.bincount(inverse, weights=bad, minlength=tries.size).astype(np.int64)
    poison = (tries >= 3) & (failures == tries)  # noqa: PLR2004 - twice may be chance
    poisoned = share(int(failures[poison].sum()), int(bad.sum()))
    return Repeats(passed, poisoned, int(poison.sum()))


@dataclass(frozen=True, slots=True)
class Concentration:
    """A group in which most of the failures are, and of which more fail than of the others."""

    code: int
    inside: Share
    outside: Share

    @property
    def of_failures(self) -> float:
        """The share (0–1) of the failures that are in the group."""
        return self.inside.count / max(self.inside.count + self.outside.count, 1)


def concentration(codes: Ints, failed: Flags) -> Concentration | None:
    """The group (a model, a version, a user, an hour; below 0 is not known) that the failures are in; None: in none."""
    known = codes >= 0
    groups, bad = codes[known], failed[known]
    total, failures = int(groups.size), int(bad.sum())
    if not failures or total == failures:
        return None
    of = np.bincount(groups)
    bad_of = np.bincount(groups, weights=bad).astype(np.int64)
    code = int(np.argmax(bad_of))
    count, n = int(bad_of[code]), int(of[code])
    found = Concentration(code, share(count, n), share(failures - count, total - n))
    is_most = found.of_failures >= 0.6 and n <= 0.8 * total and found.inside.ratio >= 3 * found.outside.ratio  # noqa: PLR2004 - most, not all, clearly more
    return found if is_most and difference_z(count, n, failures - count, total - n) >= _CONCENTRATED else None


def passes(failed_until_ns: Ints, start_ns: Ints, fails: Flags, after_ns: int, within_ns: int) -> Share:
    """How often the next call, that starts `after_ns` to `within_ns` after one that failed, succeeds.

    What another run's call tells of a retry at that moment.

    Args:
        failed_until_ns: When those that failed had ended.
        start_ns: When calls started, in order.
        fails: Which of these fail, at their first attempt.
        after_ns: Not before.
        within_ns: Not after.
    """
    following = np.searchsorted(start_ns, failed_until_ns + after_ns)
    known = following < start_ns.size
    known[known] = start_ns[following[known]] <= failed_until_ns[known] + within_ns
    return share(int((~fails[following[known]]).sum()), int(known.sum()))

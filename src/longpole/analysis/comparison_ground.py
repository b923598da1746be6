"""What two sets of runs have in common: like ones on both sides, and the hours that they share.

Upstream: `comparison`, `comparison_nodes`. Downstream: `same_traffic`, `comparison_columns`.
Source: that of `same_traffic`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from longpole.analysis.comparison_columns import Floats, Ints, Values, same_strata, worth_of_runs
from longpole.analysis.same_traffic import Traffic, imbalance, matched, weights_of

_LEAST_COVERAGE = 0.7
_MOST_IMBALANCE = 0.2
_BLOCK_NS = 4 * 3_600_000_000_000
_BLOCKS_PER_SIDE = 24
Influence = Callable[[Values], Floats]
"""How far each run moves a figure, in units that are the same on both sides where nothing differs."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A quantity of both sides, and how many independent runs one is worth."""

    a: Values
    b: Values
    worth: float


@dataclass(frozen=True, slots=True)
class Ground:
    """Two sides' runs in the same classes and the same stretches of time.

    Attributes:
        strata: The class of each run (-1: none), by side.
        blocks: The stretch of time of each run, by side.
        coverage: The share (0–1) of runs that have like ones on the other side, of the side that has fewer of them.
        problem: Why nothing may be said of the sides, in words.
    """

    strata: tuple[Ints, Ints]
    classes: int
    blocks: tuple[Ints, Ints]
    coverage: float
    problem: str | None

    @staticmethod
    def of(a: Traffic, b: Traffic) -> "Ground":
        """The ground of two sides, neither of them empty. O(n log n)."""
        found = matched(a, b)
        coverage = float(min((found.before >= 0).mean(), (found.after >= 0).mean()))
        turned = weights_of(found.after, found.before, np.ones(len(b)), np.ones(len(a)), found.classes)
        problem = _problem(coverage, max(found.imbalance, imbalance(b, a, turned, found.before)))
        return Ground((found.before, found.after), found.classes, _blocks(a.end_ns, b.end_ns), coverage, problem)

    def raw(self, values: tuple[Floats, Floats], amounts: tuple[Floats, Floats], influence: Influence) -> Columns:
        """What is known (not NaN) of a quantity, as it is."""
        strata = [np.where(np.isfinite(each), 0, -1) for each in values]
        return self._columns(values, amounts, (strata[0], strata[1]), np.ones(1), influence)

    def adjusted(
        self, values: tuple[Floats, Floats], amounts: tuple[Floats, Floats], influence: Influence
    ) -> Columns | None:
        """The same with each class as often on both sides; None where there are no two classes."""
        if self.problem is not None:
            return None
        a, b = (np.where(np.isfinite(each), own, -1) for each, own in zip(values, self.strata, strict=True))
        a, b, targets = same_strata(a, b, self.classes)
        return self._columns(values, amounts, (a, b), targets, influence) if targets.size > 1 else None

    def _columns(
        self,
        values: tuple[Floats, Floats],
        amounts: tuple[Floats, Floats],
        strata: tuple[Ints, Ints],
        targets: Floats,
        influence: Influence,
    ) -> Columns:
        kept = [each >= 0 for each in strata]
        a, b = (
            Values(values[side][kept[side]], strata[side][kept[side]], targets, amounts[side][kept[side]])
            for side in (0, 1)
        )
        times = np.concatenate([self.blocks[side][kept[side]] for side in (0, 1)])
        return Columns(a, b, worth_of_runs(times, np.concatenate([-influence(a), influence(b)])))


def _problem(coverage: float, imbalance: float) -> str | None:
    if coverage < _LEAST_COVERAGE:
        return f"only {coverage:.0%} of the runs have like ones on the other side: the traffic is another one"
    if imbalance > _MOST_IMBALANCE:
        return "inputs have other sizes on the two sides, by more than classes of size can make up for"
    return None


def _blocks(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Runs of the same four hours, or of less where a side has few of these; of both sides by the same clock."""
    span = min(int(each.max() - each.min()) + 1 for each in (a, b))
    both = np.concatenate([a, b])
    blocks = np.unique((both - both.min()) // max(min(_BLOCK_NS, span // _BLOCKS_PER_SIDE), 1), return_inverse=True)[1]
    return blocks[: a.size], blocks[a.size :]

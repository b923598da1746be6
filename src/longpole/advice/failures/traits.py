"""What a cause of failures looks like: since when, which inputs, versions, models, users or hours, in rows or singly.

    ·····✗✗·✗✗✗·✗✗     since a moment          ··✗✗✗✗·······✗✗✗··   in rows: something is down for a while
    ··✗····✗···✗··     one by one: at random, or by input

Each trait is a clause that is told only where it is beyond chance.

Upstream: `causes`. Downstream: `error_patterns`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from longpole.advice.estimates import share_words
from longpole.advice.failures.causes import Failures
from longpole.advice.observations import Floats, Ints, Observations
from longpole.analysis.drivers import contrast
from longpole.analysis.error_clusters import concentration
from longpole.analysis.proportions import Flags, clustering_z, rate_change
from longpole.domain import amounts
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, instant

_IN_ROWS_Z = 4.0
_BEYOND_CHANCE_Z = 4.5
_TIMES_LARGER = 1.5
_NEW = 0.2
"""A rate that was below a fifth of what it is now: it began then."""
_HOURS = 24
_LEAST_DAYS = 3


@dataclass(slots=True)
class Traits:
    """What is told of a cause.

    Attributes:
        clauses: Sentences.
        facts: Figures.
        is_poisoned: Most failures are of a few inputs that always fail.
        is_in_rows: Failures come in rows.
    """

    clauses: list[str] = field(default_factory=list)
    facts: dict[str, float | int | str | None] = field(default_factory=dict)
    is_poisoned: bool = False
    is_in_rows: bool = False

    def add(self, clause: str, **facts: float | str | None) -> None:
        """One more trait."""
        self.clauses.append(clause)
        self.facts.update(facts)


def traits(observed: Observations, cause: Failures) -> Traits:
    """All that is beyond chance."""
    found = Traits()
    failed = np.isin(cause.executions, cause.places)
    _add_since(observed, cause, failed, found)
    _add_inputs(observed, cause, failed, found)
    for word, label, inside, is_all in _groups(observed, cause, failed):
        most = "All" if is_all else "Most"
        found.add(f"{most} of them are {word} {label} ({inside}).", **{f"mostly_{word.split()[-1]}": label})
    if clustering_z(failed) >= _IN_ROWS_Z:
        found.is_in_rows = True
        rows = int((failed[1:] & ~failed[:-1]).sum()) + int(failed[0])
        found.add(f"They come in rows: {int(failed.sum())} of them in {rows}.", rows=rows)
    return found


def _add_since(observed: Observations, cause: Failures, failed: Flags, found: Traits) -> None:
    columns = observed.executions
    first, last = (int(columns.start_ns[cause.places[at]]) for at in (0, -1))
    if first >= 0:
        found.facts["first_seen"] = amounts.moment(instant(first))
        found.facts["last_seen"] = amounts.moment(instant(last))
    change = rate_change(failed)
    if change is None:
        return
    moment = amounts.moment(instant(max(int(columns.start_ns[cause.executions[change.at]]), 0)))
    if change.before.ratio <= _NEW * change.after.ratio:
        found.add(
            f"It began at {moment}: before, {share_words(change.before)} of its executions failed so, since then "
            f"{share_words(change.after)}.",
            since=moment,
            rate_before=change.before.ratio,
            rate_after=change.after.ratio,
        )
    elif change.after.ratio <= _NEW * change.before.ratio:
        found.add(
            f"It has nearly stopped at {moment}: since then {share_words(change.after)}.",
            until=moment,
            rate_before=change.before.ratio,
            rate_after=change.after.ratio,
        )


def _add_inputs(observed: Observations, cause: Failures, failed: Flags, found: Traits) -> None:
    again = cause.repeats
    if again.poisoned.n and again.poisoned.low >= 0.5:  # noqa: PLR2004 - most of them
        found.is_poisoned = True
        found.add(
            f"{share_words(again.poisoned)} of the failures are of {again.inputs} "
            f"{'input' if again.inputs == 1 else 'inputs'} that never succeeded, however often they came.",
            poison_inputs=again.inputs,
        )
    elif again.passed.n:
        found.add(
            f"Inputs that failed and came again succeeded the next time in {share_words(again.passed)}.",
            same_input_passes_ratio=again.passed.ratio,
        )
    for what, sizes in _sizes(observed, cause.executions):
        known = np.isfinite(sizes) & (sizes > 0)
        beside = contrast(sizes[known], failed[known])
        if beside and abs(beside.z) >= _BEYOND_CHANCE_Z and beside.ratio >= _TIMES_LARGER:
            found.add(
                f"Inputs that fail are larger: {amounts.count(beside.median)} {what} (median of {beside.n}), others "
                f"{amounts.count(beside.other_median)} ({beside.other_n}).",
                failing_input_size=beside.median,
                other_input_size=beside.other_median,
            )
            return


def _sizes(observed: Observations, places: Ints) -> Iterator[tuple[str, Floats]]:
    yield "input tokens", observed.executions.input_tokens[places]
    yield "bytes", observed.executions.input_bytes[places]


def _groups(observed: Observations, cause: Failures, failed: Flags) -> Iterator[tuple[str, str, str, bool]]:
    columns, runs = observed.executions, observed.runs
    of = columns.run[cause.executions]
    hours = (columns.start_ns[cause.executions] // NS_PER_HOUR) % _HOURS
    models = [f"{each.model}" for each in observed.models]
    kinds: tuple[tuple[str, Ints, list[str]], ...] = (
        ("in version", runs.version[of], list(observed.versions)),
        ("of the model", columns.model[cause.executions], models),
        ("of the user", runs.user[of], list(observed.users)),
        ("in the UTC hour", hours, [f"{hour}:00" for hour in range(_HOURS)]),
    )
    for word, codes, labels in kinds:
        found = concentration(codes, failed)
        if found is None or found.code >= len(labels):
            continue
        days = columns.start_ns[cause.executions[failed & (codes == found.code)]] // NS_PER_DAY
        if codes is not hours or np.unique(days).size >= _LEAST_DAYS:
            words = f"{share_words(found.inside)} fail there, {share_words(found.outside)} elsewhere"
            yield word, amounts.name(labels[found.code]), words, found.outside.count == 0

"""Before and after, drawn: two bars a figure, with the interval as shade.

    p95  before ████████████████████ 9.10 s
         after  ████████████▒▒▒      6.40 s (5.90–6.80), −30 %

Upstream: `what_if`. Downstream: `amounts`.
"""

from collections.abc import Iterable, Sequence
from functools import singledispatch

from rich.console import Group
from rich.text import Text

from longpole.domain import amounts
from longpole.domain.what_if import (
    Cached,
    Change,
    Faster,
    OtherDurations,
    ParallelIteration,
    Removed,
    Retries,
    Shift,
    Slots,
    WhatIf,
    WithoutEdges,
)

_WIDTH = 40


def picture(whose: str, changes: Sequence[Change], answer: WhatIf, days: int) -> Group:
    """The whole answer: what was asked, bars, and how far it can be trusted; where there is none, why."""
    asked = Text(f"{amounts.name(whose)}: {', '.join(map(in_words, changes))}", style="bold")
    if answer.p50 is None or answer.p95 is None or answer.mean is None:
        return Group(asked, Text(f"No answer. {answer.declined}", style="yellow"))
    longest = max(max(shift.baseline, shift.high) for shift in (answer.p50, answer.p95, answer.mean)) or 1.0
    figures = (("p50", answer.p50), ("p95", answer.p95), ("mean", answer.mean))
    lines = [line for name, shift in figures for line in _bars(name, shift, longest)]
    return Group(asked, Text(), *lines, Text(), *(Text(line, style="dim") for line in _notes(answer, days)))


def _bars(name: str, shift: Shift, longest: float) -> Iterable[Text]:
    before = _cells(shift.baseline, longest)
    yield Text.assemble(
        (f"{name:5}", "bold"), "before ", ("█" * before, "red"), " " * (_WIDTH - before), f" {_s(shift.baseline)}"
    )
    low, high = _cells(min(shift.low, shift.expected), longest), _cells(shift.high, longest)
    interval = f" ({_s(shift.low)} to {_s(shift.high)})" if shift.high > shift.low else ""
    change = amounts.change(shift.change_ratio)
    yield Text.assemble(
        "     after  ",
        ("█" * low, "green"),
        ("▒" * (high - low), "green"),
        " " * (_WIDTH - high),
        f" {_s(shift.expected)}{interval}{', ' if change else ''}{change}",
    )


def _notes(answer: WhatIf, days: int) -> Iterable[str]:
    yield (
        f"{answer.n} runs of the last {days} days, replayed; 95 % intervals. Nodes and known waits account for "
        f"{amounts.share(answer.coverage)} of their time."
    )
    if answer.limit_p50 is not None and answer.limit_p95 is not None:
        yield f"The most that this could bring: p50 {_s(answer.limit_p50)}, p95 {_s(answer.limit_p95)}."
    if answer.fidelity:
        yield f"Unchanged runs are missed by {amounts.share(answer.fidelity)} (median)."
    if answer.failed_runs:
        yield f"{answer.failed_runs} failed runs are left out: they end early."


def _cells(seconds: float, longest: float) -> int:
    return round(_WIDTH * max(seconds, 0.0) / longest)


def _s(seconds: float) -> str:
    return amounts.duration(seconds)


@singledispatch
def in_words(change: Change) -> str:
    """A change in a few words."""
    raise TypeError(f"no such change: {change!r}")


@in_words.register
def _(change: Faster) -> str:
    share = amounts.percentage(abs(change.share) * 100)
    return f"{amounts.name(change.node_id)} {share} {'slower' if change.share < 0 else 'faster'}"


@in_words.register
def _(change: Removed) -> str:
    return f"without {amounts.name(change.node_id)}"


@in_words.register
def _(change: Cached) -> str:
    return f"{amounts.name(change.node_id)} cached"


@in_words.register
def _(change: WithoutEdges) -> str:
    pairs = (f"{amounts.name(target)} not after {amounts.name(source)}" for source, target in change.edges)
    return ", ".join(pairs)


@in_words.register
def _(change: ParallelIteration) -> str:
    at_once = "all turns" if change.slots is None else f"{change.slots} turns"
    return f"{at_once} of {amounts.name(change.node_id)} at a time"


@in_words.register
def _(change: Retries) -> str:
    waits = "" if change.wait_share == 1 else f", {amounts.percentage(change.wait_share * 100)} of the waits"
    tried = "" if change.max_attempts is None else f" at most {change.max_attempts} times"
    return f"{amounts.name(change.node_id)} tried{tried or ' as often as before'}{waits}"


@in_words.register
def _(change: OtherDurations) -> str:
    return f"{amounts.name(change.node_id)} taking other times"


@in_words.register
def _(change: Slots) -> str:
    many = "any number" if change.slots is None else str(change.slots)
    of = "" if change.slot is None else f" of {amounts.name(change.slot)}"
    return f"{many}{of} at a time"

"""What a model may speak about: a finding by a key, its values by placeholders, and what its change does.

The model is never told a name or a text that came with telemetry: a node is
`{{F1.node}}` to it. So nothing that somebody wrote into a prompt, a title or an
error can speak to the model, and nothing of it leaves the installation.

    {"key": "F1", "rule": "cache_opportunities.exact", "values": ["baseline", "expected", "node", …]}

Invariant: values hold the only digits, units and names that a reader will see.

Upstream: `services.narration`. Downstream: `prompt`, `validation`, `rendering`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from longpole.domain import amounts
from longpole.domain.findings import Estimate, Gain

_LONGEST_NAME = 120


class Direction(StrEnum):
    """What following the advice does to a figure."""

    TIME_DOWN = "time goes down"
    TIME_UP = "time goes up"
    COST_DOWN = "cost goes down"
    COST_UP = "cost goes up"
    FAILURES_DOWN = "failures go down"
    TOKENS_DOWN = "tokens go down"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a finding before it gets words, as `services.narration` has it."""

    rule: str
    category: str
    severity: str
    node_names: tuple[str, ...]
    estimate: Estimate | None
    gain: Gain
    facts: Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A finding as a model sees it: `values` by placeholder, rendered; the model is told their names only."""

    key: str
    rule: str
    category: str
    severity: str
    values: Mapping[str, str]
    directions: frozenset[Direction]


def subjects(findings: Iterable[Told]) -> tuple[Subject, ...]:
    """The findings, keyed F1, F2, … in their order."""
    return tuple(
        Subject(f"F{number}", told.rule, told.category, told.severity, _values(told), _directions(told))
        for number, told in enumerate(findings, 1)
    )


def _values(told: Told) -> dict[str, str]:
    values = _of_estimate(told.estimate) | _of_gain(told.gain)
    for name, fact in told.facts.items():
        shown = _shown(name, fact)
        if shown is not None and name.isidentifier() and name.isascii():
            values.setdefault(name, shown)
    if told.node_names:
        values["node"] = _name(told.node_names[0])
        values["nodes"] = ", ".join(map(_name, told.node_names))
    return values


def _of_estimate(estimate: Estimate | None) -> dict[str, str]:
    if estimate is None:
        return {}
    baseline, expected, low, high = (
        _amount(value, estimate.unit) for value in (estimate.baseline, estimate.expected, estimate.low, estimate.high)
    )
    made = {"baseline": baseline, "expected": expected, "range": f"{low} to {high}", "n": f"{estimate.n:,}"}
    if estimate.baseline:
        made["change"] = amounts.change(estimate.expected / estimate.baseline - 1)
    return made


def _of_gain(gain: Gain) -> dict[str, str]:
    made = {}
    if gain.seconds_per_run is not None:
        made["time_saved"] = f"{amounts.duration(abs(gain.seconds_per_run))} a run"
    if gain.usd_per_month is not None:
        made["money_saved"] = f"{_amount(abs(gain.usd_per_month), 'usd')} a month"
    if gain.failed_run_share is not None:
        made["failures_avoided"] = f"{amounts.share(abs(gain.failed_run_share))} of the runs"
    return made


def _amount(value: float, unit: str) -> str:
    match unit:
        case "s":
            return amounts.duration(value)
        case "usd":
            return amounts.money(Decimal(repr(round(value, 6))))
        case "ratio":
            return amounts.share(value)
        case "bytes":
            return amounts.size(value)
        case "tokens":
            return f"{amounts.count(value)} tokens"
        case _:
            return amounts.count(value)


_UNITS = {
    "s": "s",
    "seconds": "s",
    "usd": "usd",
    "ratio": "ratio",
    "share": "ratio",
    "rate": "ratio",
    "bytes": "bytes",
    "tokens": "tokens",
}


_PER = frozenset({"run", "month", "day"})


def _shown(name: str, fact: float | str | None) -> str | None:
    """A fact in words; its unit is the last part of its name that is one: `failed_share_high`, `usd_per_month`."""
    if fact is None or (isinstance(fact, float) and not math.isfinite(fact)):
        return None
    if isinstance(fact, str):
        return _name(fact)
    measure, _, each = name.partition("_per_")
    unit = next((_UNITS[part] for part in reversed(measure.split("_")) if part in _UNITS), "")
    return _amount(fact, unit) + (f" a {each}" if each in _PER else "")


def _name(text: str) -> str:
    """What somebody else chose to call a thing: between quotes that it cannot close, on one line."""
    shown = amounts.name(text).replace("“", "'").replace("”", "'")
    return f"“{shown[:_LONGEST_NAME]}{'…' if len(shown) > _LONGEST_NAME else ''}”"


def _directions(told: Told) -> frozenset[Direction]:
    made = set()
    for value, down, up in (
        (told.gain.seconds_per_run, Direction.TIME_DOWN, Direction.TIME_UP),
        (told.gain.usd_per_month, Direction.COST_DOWN, Direction.COST_UP),
        (told.gain.failed_run_share, Direction.FAILURES_DOWN, None),
        *_of_metric(told.estimate),
    ):
        direction = None if not value else down if value > 0 else up
        if direction is not None:
            made.add(direction)
    return frozenset(made)


def _of_metric(estimate: Estimate | None) -> list[tuple[float, Direction, Direction | None]]:
    if estimate is None:
        return []
    saved = estimate.baseline - estimate.expected
    if estimate.unit == "s":
        return [(saved, Direction.TIME_DOWN, Direction.TIME_UP)]
    if estimate.unit == "usd":
        return [(saved, Direction.COST_DOWN, Direction.COST_UP)]
    if estimate.unit == "tokens":
        return [(saved, Direction.TOKENS_DOWN, None)]
    if "fail" in estimate.metric or "error" in estimate.metric:
        return [(saved, Direction.FAILURES_DOWN, None)]
    return []

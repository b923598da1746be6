"""When a rule is to tell: its condition, read strictly; an error names the field.

Upstream: `alert_rules`. Downstream: `domain.alerts`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from longpole.domain.alert_json import CONDITIONS
from longpole.domain.alerts import BudgetMetric, Condition, RuleKind, Weekday
from longpole.domain.degradations import DegradedMetric
from longpole.domain.errors import InvalidInputError
from longpole.services import reported_values as check

_MOST_HOURS = 24 * 90.0
_LONGEST_WINDOW = 168
_MOST_THRESHOLDS = 10
_MOST_AMOUNT = Decimal(10**15)
_LARGEST_SHARE = 10.0
_REQUIRED: Mapping[RuleKind, tuple[str, ...]] = {RuleKind.BUDGET: ("metric", "amount"), RuleKind.ERROR_RATE: ("above",)}


def checked_condition(kind: RuleKind, given: Any) -> Condition:
    """The condition that is meant; what is not said has its default.

    Raises:
        InvalidInputError: Names the field that is wrong.
    """
    said = {} if given is None else given
    if not isinstance(said, Mapping):
        raise InvalidInputError("condition", "must be an object")
    made = CONDITIONS[kind]
    known = {field.name for field in fields(made)}
    for name in said:
        if name not in known:
            wanted = f"has no {name!r}; a rule of kind {kind} has {', '.join(sorted(known))}"
            raise InvalidInputError("condition", wanted)
    for name in _REQUIRED.get(kind, ()):
        if said.get(name) is None:
            raise InvalidInputError(f"condition.{name}", "must be given")
    return made(**{name: _CHECKS[name](f"condition.{name}", value) for name, value in said.items()})


def checked_zone(field: str, value: Any) -> str:
    """The name of a time zone.

    Raises:
        InvalidInputError: There is none of that name.
    """
    try:
        if isinstance(value, str):
            return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        pass
    raise InvalidInputError(field, "must be a time zone such as UTC or Europe/Berlin", value)


def _between(low: float, high: float, *, is_open: bool = False) -> Callable[[str, Any], float]:
    def checked(field: str, value: Any) -> float:
        found = check.number(field, value)
        if found is None or not low <= found <= high or (is_open and found == low):
            raise InvalidInputError(
                field, f"must be {'more than' if is_open else 'from'} {low:g} up to {high:g}", value
            )
        return found

    return checked


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def checked(field: str, value: Any) -> int:
        found = check.count(field, value)
        if found is None or not low <= found <= high:
            raise InvalidInputError(field, f"must be a whole number from {low} to {high:,}", value)
        return found

    return checked


def _unless_none(checked: Callable[[str, Any], float]) -> Callable[[str, Any], float | None]:
    return lambda field, value: None if value is None else checked(field, value)


def _amount(field: str, value: Any) -> Decimal:
    given = value if isinstance(value, (int, float, str, Decimal)) and not isinstance(value, bool) else None
    try:
        found = Decimal(str(given))
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 < found <= _MOST_AMOUNT:
        raise InvalidInputError(field, "must be an amount above 0, such as 250", value)
    return found


def _thresholds(field: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= _MOST_THRESHOLDS:
        raise InvalidInputError(
            field, f"must be a list of 1 to {_MOST_THRESHOLDS} shares, such as [0.5, 0.8, 1]", value
        )
    one = _between(0, _LARGEST_SHARE, is_open=True)
    return tuple(sorted({one(f"{field}[{place}]", each) for place, each in enumerate(value)}))


def _metrics(field: str, value: Any) -> tuple[DegradedMetric, ...]:
    found = check.texts(field, value, check.ID_LENGTH)
    members = (check.member(f"{field}[{place}]", DegradedMetric, each) for place, each in enumerate(found))
    return tuple(dict.fromkeys(each for each in members if each is not None))


def _member(enum: Any) -> Callable[[str, Any], Any]:
    def checked(field: str, value: Any) -> Any:
        if value is None:
            raise InvalidInputError(field, "must be given")
        return check.member(field, enum, value)

    return checked


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "metrics": _metrics,
    "min_ratio": _between(1, 1_000),
    "remind_hours": _unless_none(_between(1, _MOST_HOURS)),
    "metric": _member(BudgetMetric),
    "amount": _amount,
    "thresholds": _thresholds,
    "forecast_probability": _unless_none(_between(0.5, 1)),
    "time_zone": checked_zone,
    "above": _between(0, 0.999),
    "window_hours": _whole(1, _LONGEST_WINDOW),
    "min_runs": _whole(1, 1_000_000),
    "hours": _unless_none(_between(1, _MOST_HOURS)),
    "weekday": _member(Weekday),
    "hour": _whole(0, 23),
}

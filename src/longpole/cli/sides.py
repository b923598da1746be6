"""How the two sides of a comparison are written on the command line.

    version=v2                  2026-11-01..2026-11-08      last7d   last24h
    user=alice,tag=beta         version=v2,last3d           previous

Upstream: `compare`, `gate`. Downstream: `domain.comparisons`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from longpole.domain.comparisons import Side
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import RunStatus

_LAST = re.compile(r"last(\d+(?:\.\d+)?)([hdw])")
_DAYS: Mapping[str, float] = {"h": 1 / 24, "d": 1.0, "w": 7.0}
_FIELDS = {
    "version": "version",
    "user": "user_id",
    "session": "session_id",
    "tag": "tag",
    "environment": "environment",
    "status": "status",
}
_PREVIOUS = "previous"
_FORMS = "version=v1, 2026-11-01..2026-11-08, last7d, previous, user=…, tag=…, or several of them with commas between"


def sides(a: str | None, b: str | None, names: tuple[str, str] = ("--a", "--b")) -> tuple[Side, Side]:
    """Both sides. What is not given is the last days, or the time before.

    Raises:
        InvalidInputError: One of them cannot be read.
    """
    one, other = side(a or _PREVIOUS, names[0]), side(b or "", names[1])
    parts = (a or "").split(",")
    if _PREVIOUS in parts and one.has_period:
        raise InvalidInputError(names[0], "previous is a period already", a)
    if _PREVIOUS in parts and one != other.without_period():
        raise InvalidInputError(names[0], f"previous: say of the same runs as {names[1]}", a)
    return one, other


def side(text: str, name: str) -> Side:
    """One side.

    Raises:
        InvalidInputError: It cannot be read.
    """
    given: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        for field, value in _part(part, name).items():
            if field in given:
                raise InvalidInputError(name, f"says {field.removesuffix('_id')} twice", text)
            given[field] = value
    if _PREVIOUS in text.split(",") and name.endswith("b"):
        raise InvalidInputError(name, "previous is the time before this side: it goes with the other one", text)
    return Side(**given)


def _part(part: str, name: str) -> dict[str, Any]:
    last = _LAST.fullmatch(part)
    if last is not None:
        return {"days": float(last[1]) * _DAYS[last[2]]}
    if part == _PREVIOUS:
        return {}
    key, equals, value = part.partition("=")
    if equals and key in _FIELDS and value:
        return {_FIELDS[key]: _status(value, name) if key == "status" else value}
    since, dots, until = part.partition("..")
    if dots and since:
        return {"since": _instant(since, name), **({"until": _instant(until, name)} if until else {})}
    raise InvalidInputError(name, f"must be {_FORMS}", part)


def _status(text: str, name: str) -> RunStatus:
    try:
        return RunStatus(text)
    except ValueError:
        raise InvalidInputError(name, f"status is one of {', '.join(RunStatus)}", text) from None


def _instant(text: str, name: str) -> datetime:
    """A day (its beginning), or an instant; in UTC, if it names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            name, "must be a day like 2026-11-01, or an instant like 2026-11-01T14:00Z", text
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""Where a rule's messages go and when not: addresses and quiet hours, read strictly; an error names the field.

What is wrong with an address is said without repeating it: there may be a token in it.

Upstream: `alert_rules`. Downstream: `domain.alerts`.
"""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from longpole.domain.alerts import Channel, QuietHours, Target
from longpole.domain.errors import InvalidInputError
from longpole.services.alert_conditions import checked_zone

_LONGEST_URL = 2_000
_SHORTEST_SECRET, _LONGEST_SECRET = 16, 512
_MOST_ADDRESSES = 20
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_FIELDS = {Channel.WEBHOOK: {"url", "secret"}, Channel.SLACK: {"url"}, Channel.EMAIL: {"to"}}


def checked_target(channel: Channel, given: Any, before: Target | None = None) -> Target:
    """The target that is meant. What is not said is as it was `before`; null takes a secret away.

    Raises:
        InvalidInputError: Names the field that is wrong.
    """
    if not isinstance(given, Mapping):
        raise InvalidInputError("target", "must be an object")
    for name in given:
        if name not in _FIELDS[channel]:
            wanted = f"has no {name!r}; that of channel {channel} has {', '.join(sorted(_FIELDS[channel]))}"
            raise InvalidInputError("target", wanted)
    was = before or Target()
    if channel is Channel.EMAIL:
        return Target(to=_addresses(given["to"]) if "to" in given else _needed("to", was.to))
    url, host = _url(given["url"]) if "url" in given else _needed("url", was.url and (was.url, was.host))
    return Target(url, host, _secret(given["secret"]) if "secret" in given else was.secret)


def checked_quiet_hours(given: Any) -> QuietHours | None:
    """Quiet hours such as `{"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}`.

    Raises:
        InvalidInputError: Names the field that is wrong.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping) or not set(given) <= {"start", "end", "time_zone"}:
        raise InvalidInputError("quiet_hours", "must be an object with start, end and time_zone")
    start, end = (_time(f"quiet_hours.{name}", given.get(name)) for name in ("start", "end"))
    if start == end:
        raise InvalidInputError("quiet_hours.end", "must be another time than the start")
    return QuietHours(start, end, checked_zone("quiet_hours.time_zone", given.get("time_zone")))


def _needed(name: str, before: Any) -> Any:
    if not before:
        raise InvalidInputError(f"target.{name}", "must be given")
    return before


def _url(value: Any) -> tuple[str, str]:
    """An address, and its host."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL or not value.isascii() or not value.isprintable():
        raise InvalidInputError("target.url", f"must be an address of up to {_LONGEST_URL:,} plain characters")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInputError("target.url", "is no address") from None
    if parts.scheme not in {"http", "https"}:
        raise InvalidInputError("target.url", "must begin with https:// or http://")
    if not host or port == 0 or " " in value:
        raise InvalidInputError("target.url", "must name a host")
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError("target.url", "must not hold a user or password; sign with target.secret instead")
    return value, host


def _secret(value: Any) -> str | None:
    if value is None:
        return None
    is_one = isinstance(value, str) and value.isascii() and value.isprintable()
    if not is_one or not _SHORTEST_SECRET <= len(value) <= _LONGEST_SECRET:
        raise InvalidInputError("target.secret", f"must be {_SHORTEST_SECRET} to {_LONGEST_SECRET} plain characters")
    return str(value)


def _addresses(value: Any) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not 1 <= len(given) <= _MOST_ADDRESSES:
        raise InvalidInputError("target.to", f"must be a list of 1 to {_MOST_ADDRESSES} e-mail addresses")
    for place, each in enumerate(given):
        if not isinstance(each, str) or _MAIL_ADDRESS.fullmatch(each) is None:
            raise InvalidInputError(f"target.to[{place}]", "must be an e-mail address such as oncall@example.org", each)
    return tuple(dict.fromkeys(given))


def _time(field: str, value: Any) -> time:
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        raise InvalidInputError(field, "must be a time such as 22:00", value)
    return time.fromisoformat(value)

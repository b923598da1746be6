"""What options of `longpole alerts` mean, in the words of the API.

Upstream: `cli.alerts`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from longpole.domain.alerts import Channel
from longpole.domain.errors import InvalidInputError

_LISTS = ("metrics", "thresholds")


def condition(parts: Sequence[str]) -> dict[str, Any]:
    """`["above=0.05", "thresholds=0.5,1"]` as `{"above": 0.05, "thresholds": [0.5, 1]}`."""
    found: dict[str, Any] = {}
    for part in parts:
        name, sign, value = part.partition("=")
        if not sign:
            raise InvalidInputError("--condition", "must be NAME=VALUE", part)
        found[name] = [_value(each) for each in value.split(",")] if name in _LISTS else _value(value)
    return found


def _value(text: str) -> Any:
    """A number, true, false or null as JSON has them; else text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def target(
    webhook: str | None, secret: str | None, slack: str | None, email: Sequence[str] | None
) -> dict[str, Any] | None:
    """Channel and target; None where nothing was said of them.

    Raises:
        InvalidInputError: More than one was named, or a file cannot be read.
    """
    named: list[tuple[Channel, dict[str, Any]] | None] = [
        (Channel.WEBHOOK, {"url": webhook}) if webhook is not None else None,
        (Channel.SLACK, {"url": slack}) if slack is not None else None,
        (Channel.EMAIL, {"to": list(email)}) if email else None,
    ]
    given = [each for each in named if each is not None]
    if len(given) > 1:
        raise InvalidInputError("--webhook, --slack, --email", "only one of them may be given; make a rule for each")
    if not given:
        return None if secret is None else {"target": {"secret": _read("--secret", secret)}}
    [(channel, where)] = given
    if "url" in where:
        where["url"] = _read(f"--{channel}", where["url"])
    if secret is not None:
        where["secret"] = _read("--secret", secret)
    return {"channel": channel.value, "target": where}


def _read(option: str, given: str) -> str:
    """What was given, or what stands in the file that it names; files keep secrets out of shells' histories."""
    if not given.startswith("@"):
        if option == "--secret":
            raise InvalidInputError(option, "must be @FILE, so that it is in no list of processes")
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInputError(option, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(option, "the file is not UTF-8 text") from None


def quiet_hours(given: str | None, time_zone: str) -> dict[str, str] | None:
    """`22:00-07:00` as an object; None for `never` and where nothing was said."""
    if given is None or given == "never":
        return None
    start, sign, end = given.partition("-")
    if not sign:
        raise InvalidInputError("--quiet", "must be FROM-TO such as 22:00-07:00, or 'never'", given)
    return {"start": start, "end": end, "time_zone": time_zone}

"""What is set, for people to see; what is secret is only said to be set or not.

A value is shown if its kind cannot hold a secret: numbers, switches, choices,
sizes, paths. Of text only what is listed here is shown, and addresses without
user, password and query. Whatever is added to the settings is hidden until
somebody says here that it may be seen.

Upstream: `rest.settings`. Downstream: `settings`, `caching.policy`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args
from urllib.parse import urlsplit, urlunsplit

from longpole import runtime
from longpole.caching.policy import DEFAULT_TTL_HOURS
from longpole.settings import Settings

SET, NOT_SET = "set", "not set"
_SHOWN_KINDS = (bool, int, float, Enum, Path)
_PLAIN_TEXTS = frozenset({"host", "log_level", "llm_model", "smtp_from", "content_mask"})
_NO_ADDRESSES = frozenset({"database", "none"})

Shown = str | int | float | bool | dict[str, float] | None


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting; `is_secret` where `value` says only whether it is set. Sizes are bytes."""

    name: str
    variable: str
    value: Shown
    default: Shown
    is_default: bool
    is_secret: bool
    description: str


@dataclass(frozen=True, slots=True)
class CacheTtl:
    """How long results of a type of node are fresh; `is_set` where the settings say so."""

    node_type: str
    hours: float
    is_set: bool


def settings_in_force() -> tuple[SettingInForce, ...]:
    """Every setting, in the order of the reference."""
    here = runtime.current().settings
    return tuple(_setting(here, name) for name in Settings.model_fields)


def cache_ttls() -> tuple[CacheTtl, ...]:
    """How long results are fresh by node type, `default` last."""
    said = runtime.current().settings.cache_ttl_hours
    names = sorted(DEFAULT_TTL_HOURS.keys() | said.keys(), key=lambda name: (name == "default", name))
    hours = {**DEFAULT_TTL_HOURS, **said}
    return tuple(CacheTtl(name, hours[name], name in said) for name in names)


def _setting(here: Settings, name: str) -> SettingInForce:
    field = Settings.model_fields[name]
    default = field.get_default(call_default_factory=True, validated_data={})
    value = getattr(here, name)
    show = _way_to_show(name)
    return SettingInForce(
        name=name,
        variable=f"LONGPOLE_{name.upper()}",
        value=show(value),
        default=show(default),
        is_default=value == default,
        is_secret=show is _whether_set,
        description=field.description or "",
    )


def _way_to_show(name: str) -> Callable[[Any], Shown]:
    if name in _WAYS:
        return _WAYS[name]
    declared = Settings.model_fields[name].annotation
    kinds = set(get_args(declared) or (declared,)) - {NoneType}
    if all(isinstance(kind, type) and issubclass(kind, _SHOWN_KINDS) for kind in kinds) or name in _PLAIN_TEXTS:
        return _plain
    return _whether_set


def _plain(value: Any) -> Shown:
    match value:
        case Enum():
            return str(value.value)
        case Path():
            return str(value)
        case bool() | float() | str() | None:
            return value
    return int(value)


def _whether_set(value: Any) -> Shown:
    return NOT_SET if value is None else SET


def _hours(value: Mapping[str, float]) -> Shown:
    return {str(name): float(hours) for name, hours in value.items()}


def _address(value: str | None) -> Shown:
    """An address without what may be secret in it; of what is no address only that it is set."""
    if value is None or value in _NO_ADDRESSES:
        return value
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return SET
    if not parts.scheme or (host is None and parts.scheme != "sqlite"):
        return SET
    place = f"[{host}]" if host is not None and ":" in host else (host or "")
    path = parts.path if parts.scheme.startswith(("sqlite", "postgres")) else parts.path.rstrip("/")
    shown = urlunsplit((parts.scheme, place + (f":{port}" if port else ""), path, "", ""))
    return shown if host is not None else f"{parts.scheme}://{path}"


_WAYS: Mapping[str, Callable[[Any], Shown]] = {
    "database_url": _address,
    "cache_backend": _address,
    "llm_base_url": _address,
    "public_url": _address,
    "cache_ttl_hours": _hours,
}

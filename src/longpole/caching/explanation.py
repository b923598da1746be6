"""What a key is made of, fit to be shown: short plain values of the configuration, digests of everything else.

Inputs are payloads and are never shown, nor is anything under a credential's
name; two digests that are the same stand for the same value.

Upstream: `services.cache`, kept with every entry. Downstream: `longpole cache explain`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from longpole.caching.keys import FOR_PEOPLE, is_credential

_MOST_PARTS = 40
_LONGEST = 60
_SHOWN = (bool, int, float, type(None))
_encode = msgspec.msgpack.Encoder(order="sorted").encode


def key_parts(
    node_type: str,
    node_config: Mapping[str, Any] | None,
    input_data: Any,
    *,
    node_id: str | None = None,
    version: str | None = None,
) -> str:
    """JSON: part → what may be shown of it; at most some dozen parts."""
    shown = {"node_type": node_type}
    shown |= {name: value for name, value in (("node_id", node_id), ("version", version)) if value is not None}
    inputs = input_data.items() if isinstance(input_data, Mapping) else [("", input_data)]
    parts = [
        *(("node_config", name, value, True) for name, value in _told(node_config or {})),
        *(("input_data", name, value, False) for name, value in inputs),
    ]
    for where, name, value, may_show in parts[:_MOST_PARTS]:
        shown[f"{where}.{name}".rstrip(".")] = _shown(str(name), value, may_show=may_show)
    if len(parts) > _MOST_PARTS:
        shown["…"] = f"{len(parts) - _MOST_PARTS} parts more"
    return msgspec.json.encode(shown).decode()


def _told(node_config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in node_config.items() if name not in FOR_PEOPLE)


def _shown(name: str, value: Any, *, may_show: bool) -> str:
    if is_credential(name):
        return "(a credential)"
    if may_show and (isinstance(value, _SHOWN) or (isinstance(value, str) and len(value) <= _LONGEST)):
        return str(value)
    try:
        encoded = _encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return "(cannot be told)"
    return f"sha256:{hashlib.sha256(encoded).hexdigest()[:12]} ({len(encoded):,} bytes)"

"""A node's writes as bytes and back: by LangGraph's serializer, and never by pickle.

What only pickle could keep is refused. What comes back as something else (a
class that has moved comes back as a bare dictionary) is no hit.

Upstream: `cache`. Source: CVE-2026-27794 (pickle in a cache that others can write to).
"""

from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol

_PICKLE = "pickle"
_CHECKED = "msgpack"


class UnfitError(Exception):
    """These writes are not kept, or these bytes not served."""


def dumped(serde: SerializerProtocol, writes: Any) -> list[Any]:
    """Writes as `[kind, bytes]`.

    Raises:
        UnfitError: They would need pickle, or come back as something else.
    """
    try:
        kind, body = serde.dumps_typed(writes)
    except Exception as error:  # noqa: BLE001 - each kind of value that has no form raises another one
        raise UnfitError(type(error).__name__) from None
    loaded(serde, [kind, body])
    return [kind, body]


def loaded(serde: SerializerProtocol, stored: Any) -> Any:
    """The writes.

    Raises:
        UnfitError: They are no longer what they were.
    """
    try:
        writes, is_same = _read(serde, *stored)
    except Exception as error:  # noqa: BLE001 - whatever cannot be read is a miss
        raise UnfitError(type(error).__name__) from None
    if not is_same:
        raise UnfitError("it comes back as something else, or by pickle")
    return writes


def _read(serde: SerializerProtocol, kind: str, body: bytes) -> tuple[Any, bool]:
    """Writes, and whether they are what was written."""
    if _PICKLE in kind:
        return None, False
    writes = serde.loads_typed((kind, body))
    return writes, kind != _CHECKED or sorted(serde.dumps_typed(writes)[1]) == sorted(body)  # sets come in any order

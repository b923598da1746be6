"""A node's writes as bytes and back: by LangGraph's serializer, and never by pickle.

What only pickle could keep is refused. What comes back as something else (a
class that has moved comes back as a bare dictionary) is no hit. Tuples, which
the serializer gives back as lists, come back as tuples.

Upstream: `cache`. Source: CVE-2026-27794 (pickle in a cache that others can write to).
"""

from collections import deque
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol

_PICKLE = "pickle"
_CHECKED = "msgpack"
_TUPLE = "longpole:tuple"


class UnfitError(Exception):
    """These writes are not kept, or these bytes not served."""


def dumped(serde: SerializerProtocol, writes: Any) -> list[Any]:
    """Writes as `[kind, bytes]`.

    Raises:
        UnfitError: They would need pickle, or come back as something else.
    """
    plain = list(writes) if type(writes) is deque else writes
    try:
        kind, body = serde.dumps_typed(_marked(plain))
    except Exception as error:  # noqa: BLE001 - each kind of value that has no form raises another one
        raise UnfitError(type(error).__name__) from None
    if not _is_same(plain, loaded(serde, [kind, body])):
        raise UnfitError("it comes back as something else")
    return [kind, body]


def loaded(serde: SerializerProtocol, stored: Any) -> Any:
    """The writes; a list where LangGraph had its own queue.

    Raises:
        UnfitError: They are no longer what they were.
    """
    try:
        writes, is_same = _read(serde, *stored)
    except Exception as error:  # noqa: BLE001 - whatever cannot be read is a miss
        raise UnfitError(type(error).__name__) from None
    if not is_same:
        raise UnfitError("it comes back as something else, or by pickle")
    return _unmarked(writes)


def _read(serde: SerializerProtocol, kind: str, body: bytes) -> tuple[Any, bool]:
    """Writes as they were dumped, and whether they are that."""
    if _PICKLE in kind:
        return None, False
    writes = serde.loads_typed((kind, body))
    return writes, kind != _CHECKED or sorted(serde.dumps_typed(writes)[1]) == sorted(body)  # sets come in any order


def _is_same(value: Any, restored: Any) -> bool:
    """Whether two are equal, or look it: NaN equals nothing, and arrays have no one answer."""
    try:
        if value == restored:
            return True
    except Exception:  # noqa: BLE001, S110 - whoever cannot be compared is looked at
        pass
    return repr(value) == repr(restored)


def _marked(value: Any) -> Any:
    """The same with marks in place of tuples."""
    if type(value) is dict:
        if _TUPLE in value:
            raise UnfitError(_TUPLE)
        return {name: _marked(each) for name, each in value.items()}
    if type(value) is list:
        return [_marked(each) for each in value]
    return {_TUPLE: [_marked(each) for each in value]} if type(value) is tuple else value


def _unmarked(value: Any) -> Any:
    if type(value) is dict:
        if _TUPLE in value:
            return tuple(_unmarked(each) for each in value[_TUPLE])
        return {name: _unmarked(each) for name, each in value.items()}
    return [_unmarked(each) for each in value] if type(value) is list else value

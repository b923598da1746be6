"""Where a value may stand, and how it is read: the entries of the precedence table.

Upstream: the table, `precedence`. Downstream: `plan`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from longpole.domain.semconv import general, langfuse, langsmith, openllmetry
from longpole.ingest.otlp.conventions.values import json_object, quoted, text

Reader = Callable[[Any], Any]
"""Any value in, what it means or None out; never raises."""


class Place(IntEnum):
    """What an attribute is an attribute of."""

    SPAN = 0
    METADATA = 1
    RESOURCE = 2
    REQUEST = 3


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a value may stand.

    Attributes:
        key: The attribute, or the key within the metadata object.
        read: Makes the value of it, or None.
        place: Where to look for it.
        only: The one convention whose spans mean it so; other spans do not.
        types: The node types whose spans mean it so.
        after: Another attribute, and what joins the two: `("path", ".")` reads `path.key` where both are there.
    """

    key: str
    read: Reader = text
    place: Place = Place.SPAN
    only: str | None = None
    types: frozenset[str] | None = None
    after: tuple[str, str] | None = None


def meta(key: str, read: Reader = quoted, *, only: str | None = None) -> Source:
    """A key of the `metadata` object."""
    return Source(key, read, Place.METADATA, only)


def resource(key: str, read: Reader = text) -> Source:
    """An attribute of the resource."""
    return Source(key, read, Place.RESOURCE)


def everywhere(key: str, read: Reader = text) -> tuple[Source, Source]:
    """An attribute of the span, else of its resource."""
    return Source(key, read), resource(key, read)


def carried(key: str, read: Reader = quoted) -> tuple[Source, ...]:
    """A key of LangGraph's, under each prefix that an instrumentation gives it."""
    return (
        meta(key, read),
        Source(openllmetry.PROPERTIES_PREFIX + key, read),
        Source(langfuse.METADATA_PREFIX + key, read),
        Source(langsmith.METADATA_PREFIX + key, read),
    )


def inside(read: Reader, *path: str) -> Reader:
    """Reads what stands at `path` within an object, which may be JSON in a string."""

    def read_inside(value: Any) -> Any:
        for key in path:
            value = (json_object(value) or {}).get(key)
        return None if value is None else read(value)

    return read_inside


METADATA_KEY = general.METADATA

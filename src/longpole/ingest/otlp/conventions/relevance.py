"""Which attribute names make a difference at all; the others are dropped without a look at their values.

A name is known to the table, the payload slots or a convention, or it begins
with what one of them reads. Where only the beginning matters
(`llm.input_messages.7.message.content`, `http.route`) all such names are the
same.

Upstream: `precedence`, `payload`, `registry`. Downstream: `plan`.
"""

from collections.abc import Iterable

from longpole.domain.semconv import dify, general, longpole
from longpole.ingest.otlp.conventions.payload import INPUTS, OUTPUTS
from longpole.ingest.otlp.conventions.precedence import NODE_ID, NODE_TYPE, ROWS, TAG_PREFIXES, TAGS
from longpole.ingest.otlp.conventions.registry import CONVENTIONS
from longpole.ingest.otlp.conventions.sources import Place, Source

_MAX_NAMES = 16_384
_MAX_NAME = 255


def _sources() -> Iterable[Source]:
    for row in (*ROWS.values(), NODE_TYPE, NODE_ID, TAGS):
        yield from row


_NAMES = frozenset(
    {source.key for source in _sources() if source.place is Place.SPAN}
    | {source.after[0] for source in _sources() if source.after is not None}
    | {slot.key for slot in (*INPUTS, *OUTPUTS) if not slot.is_family}
    | {slot.beside for slot in (*INPUTS, *OUTPUTS) if slot.beside is not None}
    | {key for convention in CONVENTIONS for key in convention.keys}
)
_SHARED = (*general.TRANSPORT_PREFIXES, *(slot.key for slot in (*INPUTS, *OUTPUTS) if slot.is_family))
_BEGINNINGS = (
    longpole.METRIC_PREFIX,
    *(prefix for prefix, _ in TAG_PREFIXES),
    *(prefix for convention in CONVENTIONS for prefix in convention.prefixes),
)

RELEVANT_METADATA = frozenset(
    {source.key for source in _sources() if source.place is Place.METADATA}
    | {dify.META_TENANT_ID, dify.META_NODE_ID, dify.META_NODE_EXECUTION_ID}
)
"""Keys of the metadata object that make a difference."""

_memo: dict[str, str | None] = {}


def relevant_keys(names: Iterable[str]) -> frozenset[str]:
    """What of `names` makes a difference: whole names, or the beginnings that many share."""
    found = set()
    for name in names:
        try:
            relevant = _memo[name]
        except KeyError:
            relevant = _relevant(name)
            if len(_memo) >= _MAX_NAMES:
                _memo.clear()
            if len(name) <= _MAX_NAME:
                _memo[name] = relevant
        if relevant is not None:
            found.add(relevant)
    return frozenset(found)


def _relevant(name: str) -> str | None:
    if name in _NAMES:
        return name
    shared = next((prefix for prefix in _SHARED if name.startswith(prefix)), None)
    if shared is not None:
        return shared
    return name if name.startswith(_BEGINNINGS) else None

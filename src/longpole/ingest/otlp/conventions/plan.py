"""Which entries of the precedence table apply to spans with the same attributes: found once, used for all of them.

A program sends spans of few shapes. What can be known from the names of
attributes alone (which places of each row are there, which conventions speak,
where the payload stands) is compiled per shape and remembered; per span only
the values are read. Names that no row knows make no difference to a shape.

Invariant: a plan depends on names only; reading it gives what reading the
whole table would.

Upstream: `precedence`, `registry`, `payload`. Downstream: `mapping`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from longpole.domain.semconv import general, longpole
from longpole.ingest.otlp.conventions.convention import Draft, Signs, View
from longpole.ingest.otlp.conventions.payload import INPUTS, OUTPUTS, Slot, slots_in
from longpole.ingest.otlp.conventions.precedence import NODE_ID, NODE_TYPE, RANKED, ROWS, TAG_PREFIXES, TAGS
from longpole.ingest.otlp.conventions.registry import conventions_of
from longpole.ingest.otlp.conventions.relevance import RELEVANT_METADATA, relevant_keys
from longpole.ingest.otlp.conventions.sources import Place, Reader, Source

Step = tuple[int, bool, str, Reader]
"""Rank in the row, whether it is a key of the metadata, key, reader."""

_MAX_SHAPES = 4096
_MAX_SHAPE_CHARS = 8192


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read from a span of one shape.

    Attributes:
        rows: Field, whether its rank is kept, the places to look at in order.
        node_type, node_id: The rows that need more than a value: a raw type beside it, a type that fits.
        tags: Keys of tags and how they are read.
        tag_values: Keys of tags that are sent one by one, and the tag's own key.
        metrics: Keys of custom metrics and their names.
        inputs, outputs: Where the payload may stand.
        refinements: What the span's conventions correct.
        is_transport: It has attributes of a call, a database or a queue.
    """

    rows: tuple[tuple[str, bool, tuple[Step, ...]], ...]
    node_type: tuple[Step, ...]
    node_id: tuple[tuple[Source, Step], ...]
    tags: tuple[tuple[str, Reader], ...]
    tag_values: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    refinements: tuple[Callable[[View], None], ...]
    is_transport: bool

    def read(self, attributes: dict[str, Any], metadata: dict[str, Any], draft: Draft) -> None:
        """Put the fields that the table gives into `draft`."""
        for field, is_ranked, steps in self.rows:
            for rank, is_meta, key, read in steps:
                value = read(metadata[key] if is_meta else attributes[key])
                if value is not None:
                    draft[field] = (rank, value) if is_ranked else value
                    break


Shape = tuple[tuple[str, ...], tuple[str, ...], str, str | None]
_by_shape: dict[Shape, Plan] = {}
_by_signs: dict[Signs, Plan] = {}


def plan_of(attributes: dict[str, Any], metadata: dict[str, Any], scope: str, engine: str | None) -> Plan:
    """The plan for spans of this shape; compiled if it is new."""
    shape = (tuple(attributes), tuple(metadata), scope, engine)
    plan = _by_shape.get(shape)
    if plan is None:
        signs = Signs(relevant_keys(attributes), RELEVANT_METADATA.intersection(metadata), scope, engine)
        plan = _by_signs.get(signs) or _compiled(signs)
        _remember(_by_signs, signs, plan)
        if sum(map(len, attributes)) + sum(map(len, metadata)) <= _MAX_SHAPE_CHARS:
            _remember(_by_shape, shape, plan)
    return plan


def _remember(memo: dict[Any, Plan], key: Any, plan: Plan) -> None:
    """Forget everything when full: shapes that are in use are back at once."""
    if len(memo) >= _MAX_SHAPES:
        memo.clear()
    memo[key] = plan


def _compiled(signs: Signs) -> Plan:
    spoken = conventions_of(signs)
    names = frozenset(convention.name for convention in spoken)

    def steps(row: Iterable[Source]) -> tuple[tuple[Source, Step], ...]:
        return tuple(
            (source, (rank, source.place is Place.METADATA, source.key, source.read))
            for rank, source in enumerate(row)
            if _is_there(source, signs, names)
        )

    rows = ((field, steps(row)) for field, row in ROWS.items())
    return Plan(
        rows=tuple((field, field in RANKED, tuple(step for _, step in found)) for field, found in rows if found),
        node_type=tuple(step for _, step in steps(NODE_TYPE)),
        node_id=steps(NODE_ID),
        tags=tuple((source.key, source.read) for source in TAGS if source.key in signs.keys),
        tag_values=_tag_values(signs.keys),
        metrics=_suffixed(signs.keys, longpole.METRIC_PREFIX),
        inputs=slots_in(signs.keys, INPUTS),
        outputs=slots_in(signs.keys, OUTPUTS),
        refinements=tuple(convention.refine for convention in spoken if convention.refine is not None),
        is_transport=not signs.keys.isdisjoint(general.TRANSPORT_PREFIXES),
    )


def _is_there(source: Source, signs: Signs, names: frozenset[str]) -> bool:
    if source.only is not None and source.only not in names:
        return False
    if source.place is Place.SPAN:
        return source.key in signs.keys
    return source.place is Place.METADATA and source.key in signs.metadata_keys


def _tag_values(keys: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, name)
        for prefix, dropped in TAG_PREFIXES
        for key, name in _suffixed(keys, prefix)
        if not name.startswith(dropped)
    )


def _suffixed(keys: frozenset[str], prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, key[len(prefix) :]) for key in sorted(keys) if key.startswith(prefix) and len(key) > len(prefix))

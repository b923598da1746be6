"""What makes a convention a convention: how its spans are known, and what is peculiar about them.

Upstream: one module per convention. Downstream: `registry`, `plan`, `mapping`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from longpole.assembly.facts import Ranked
from longpole.ingest.otlp.span import Span

Draft = dict[str, Any]
"""Fields of `SpanFacts` by name, as far as they are known."""


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What a process says of all its spans.

    Attributes:
        service: Its service's name.
        engine: The workflow engine that it is, if it is one.
        ranked: Field of the draft and its ranked value, for each that it names.
    """

    service: str | None = None
    engine: str | None = None
    ranked: tuple[tuple[str, Ranked], ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """What a convention is known by: everything about a span that does not depend on values.

    Of attributes that are many alike `keys` has the beginning that they share.
    """

    keys: frozenset[str]
    metadata_keys: frozenset[str]
    scope: str
    engine: str | None


class View(msgspec.Struct, gc=False):
    """A span while it is mapped; refinements read it and change its draft."""

    span: Span
    attributes: dict[str, Any]
    metadata: dict[str, Any]
    resource: ResourceFacts
    draft: Draft


@dataclass(frozen=True, slots=True)
class Convention:
    """One convention, and the signs of which one is enough.

    Attributes:
        name: Its name, for `Source.only`.
        keys: Attributes that only its spans have.
        prefixes: Beginnings of such attributes.
        scopes: Its instrumentation scopes.
        also: Any other sign.
        refine: Corrects the draft of such a span, after the table was read; None where the table says all.
    """

    name: str
    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    also: Callable[[Signs], bool] | None = None
    refine: Callable[[View], None] | None = None

    def is_spoken(self, signs: Signs) -> bool:
        """Whether spans with these signs are of this convention."""
        return (
            signs.scope in self.scopes
            or not self.keys.isdisjoint(signs.keys)
            or any(key.startswith(self.prefixes) for key in signs.keys)
            or (self.also is not None and self.also(signs))
        )

"""What the run, its workflow and its application are called, and whose run it was.

Over all spans of the run the attribute that ranks highest wins; among equals
the run's root, then AI spans, then the earliest. So the answer does not depend
on which span arrived first.

Upstream: `assembly.roots`. Downstream: `assembly.runs`.
Source: §1.1 and §1.1a of the design's OTLP contract.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from longpole.assembly.facts import Ranked, Role, SpanFacts
from longpole.assembly.forest import NOWHERE, Forest
from longpole.assembly.roots import Roots, outermost_ai

UNKNOWN_APP = "default"
UNKNOWN_WORKFLOW = "unknown"


@dataclass(frozen=True, slots=True)
class Names:
    """What the spans of a run say of the whole run."""

    app_id: str
    workflow_id: str
    workflow_name: str
    workflow_version: str | None
    session_id: str | None
    user_id: str | None
    environment: str | None
    tags: tuple[str, ...]


def name_run(forest: Forest, roots: Roots) -> Names:
    """The names of a run. One whose root has not arrived, and that no span names, is of the workflow `unknown`."""
    standing = set(roots.standing)

    def best(field: Callable[[SpanFacts], Ranked | None]) -> str | None:
        found = [
            (ranked[0], index not in standing, not span.is_ai, index, ranked[1])
            for index, span in enumerate(forest.spans)
            if (ranked := field(span)) is not None
        ]
        return min(found)[-1] if found else None

    workflow_id = best(attrgetter("workflow")) or _own_name(forest, roots) or UNKNOWN_WORKFLOW
    return Names(
        app_id=best(attrgetter("app")) or _service(forest, roots) or UNKNOWN_APP,
        workflow_id=workflow_id,
        workflow_name=best(attrgetter("workflow_name")) or workflow_id,
        workflow_version=best(attrgetter("workflow_version")),
        session_id=best(attrgetter("session")),
        user_id=best(attrgetter("user")),
        environment=best(lambda span: None if span.environment is None else (0, span.environment)),
        tags=tuple(sorted({tag for span in forest.spans for tag in span.tags})),
    )


def _own_name(forest: Forest, roots: Roots) -> str | None:
    """The name of the root; of the outermost AI span where the root is only transport; nothing without a root."""
    if not roots.standing:
        return None
    index = roots.standing[0]
    if forest.spans[index].role is not Role.NODE and not forest.spans[index].is_run:
        index = outermost_ai(forest)
    if index == NOWHERE:
        return None
    return forest.spans[index].own_name or forest.spans[index].name


def _service(forest: Forest, roots: Roots) -> str | None:
    index = roots.standing[0] if roots.standing else outermost_ai(forest)
    return None if index == NOWHERE else forest.spans[index].service

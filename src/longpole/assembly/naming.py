"""What the run, its workflow and its application are called, and whose run it was.

Over all spans of the run the attribute that ranks highest wins; among equals
the run's root, then AI spans, then the earliest. So the answer does not depend
on which span arrived first.

Upstream: `assembly.roots`. Downstream: `assembly.runs`.
Source: §1.1 and §1.1a of the design's OTLP contract.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from longpole.assembly.facts import Ranked, Role
from longpole.assembly.forest import NOWHERE, Forest
from longpole.assembly.roots import Roots, outermost_ai

UNKNOWN_APP = "default"
UNKNOWN_WORKFLOW = "unknown"


class Names(msgspec.Struct, frozen=True):
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
    spans, best = forest.spans, partial(best_ranked, forest, roots)
    workflow_id = best([span.workflow for span in spans]) or _own_name(forest, roots) or UNKNOWN_WORKFLOW
    return Names(
        app_id=best([span.app for span in spans]) or _service(forest, roots) or UNKNOWN_APP,
        workflow_id=workflow_id,
        workflow_name=best([span.workflow_name for span in spans]) or workflow_id,
        workflow_version=best([span.workflow_version for span in spans]),
        session_id=best([span.session for span in spans]),
        user_id=best([span.user for span in spans]),
        environment=best([None if span.environment is None else (0, span.environment) for span in spans]),
        tags=tuple(sorted({tag for span in spans for tag in span.tags})),
    )


def best_ranked(forest: Forest, roots: Roots, values: Sequence[Ranked | None]) -> str | None:
    """The value of the span that counts most, of one value a span. Most runs say one thing, wherever they say it."""
    different = set(values)
    different.discard(None)
    if len(different) > 1:
        order = [
            (value[0], index not in roots.standing, not span.is_ai, index)
            for index, (span, value) in enumerate(zip(forest.spans, values, strict=True))
            if value is not None
        ]
        different = {values[min(order)[-1]]}
    best = next(iter(different), None)
    return None if best is None else best[1]


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

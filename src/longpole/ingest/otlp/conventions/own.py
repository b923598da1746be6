"""Our own attributes: whoever sets one means a workflow, and a node where it is a node's.

Source: §1.1a of the design's OTLP contract.
"""

from longpole.domain.semconv import longpole
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import text


def _refine(view: View) -> None:
    draft = view.draft
    draft["is_ai"] = True
    node_id = text(view.attributes.get(longpole.NODE_ID))
    if node_id is not None:
        draft["node_id"] = node_id
        draft["is_step"] = True
        if draft.get("node_type") is None:
            draft["node_type"] = "node"


CONVENTION = Convention("own", prefixes=(longpole.PREFIX,), refine=_refine)

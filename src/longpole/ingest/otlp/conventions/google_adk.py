"""Google's Agent Development Kit: OpenTelemetry's names today, its own before.

Version 1 called an agent's span `agent_run [name]` and a model's `call_llm`.
With reasoning models behind LiteLLM its output tokens say more than the
provider did; they are taken as sent.

Source: §1.3 and §1.4 of the design's OTLP contract; google-adk 2.13.0 on the wire.
"""

import re

from longpole.domain.semconv import google_adk
from longpole.ingest.otlp.conventions.convention import Convention, View
from longpole.ingest.otlp.conventions.values import clean

_AGENT_RUN = re.compile(r"agent_run \[(.+)\]")


def _refine(view: View) -> None:
    draft = view.draft
    if draft.get("node_type") is not None:
        return
    agent = _AGENT_RUN.fullmatch(view.span.name)
    if agent is not None:
        draft["node_type"] = "agent"
        draft["own_name"] = draft["node_id"] = clean(agent[1])
    elif view.span.name == "call_llm":
        draft["node_type"] = "llm"


CONVENTION = Convention("google_adk", scopes=frozenset({google_adk.SCOPE}), refine=_refine)

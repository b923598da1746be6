"""Which model answered, and what that cost: only a call of a model has a model.

An agent names the model that it uses, but each of its calls does so too, and
may use another one; an agent's own is only what was asked for.

Source: rows "model" and "cost" of the design's OTLP contract.
"""

from longpole.ingest.otlp.conventions.convention import Draft

_CALLERS = frozenset({"agent", "workflow", "internal"})


def finish_model(draft: Draft) -> None:
    """Complete model, requested model and cost."""
    answered = draft.pop("response_model", None)
    asked = draft.get("requested_model")
    if draft["node_type"] in _CALLERS:
        draft["requested_model"] = asked or answered
    else:
        draft["model"] = answered or asked
    parts = (draft.pop("cost_of_input", None), draft.pop("cost_of_output", None))
    known = [amount for amount in parts if amount is not None]
    if known and draft.get("cost_pico_usd") is None:
        draft["cost_pico_usd"] = sum(known)

"""Tokens in one form: input includes what was cached, output includes reasoning.

Most sources send it so. One that does not is found out where the parts are
more than the whole; where its convention knows that it excludes them, they
are always added.

Source: §1.3 of the design's OTLP contract.
"""

from longpole.ingest.otlp.conventions.convention import Draft


def finish_usage(draft: Draft) -> None:
    """Make input and output inclusive; `is_exclusive` in the draft says that input is not yet."""
    exclusive = draft.pop("is_exclusive", False)
    given, written = draft.get("cache_read_tokens"), draft.get("cache_write_tokens")
    if given is not None or written is not None:
        cached = (given or 0) + (written or 0)
        tokens = draft.get("input_tokens")
        if tokens is not None and (exclusive or cached > tokens):
            draft["input_tokens"] = tokens + cached
    thought = draft.get("reasoning_tokens")
    if thought is not None:
        tokens = draft.get("output_tokens")
        if tokens is not None and thought > tokens:
            draft["output_tokens"] = tokens + thought


_USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost_pico_usd",
    "cost_of_input",
    "cost_of_output",
)


def forget_usage(draft: Draft) -> None:
    """Drop tokens and cost: they are the sum of others', or say nothing."""
    for field in _USAGE:
        draft.pop(field, None)

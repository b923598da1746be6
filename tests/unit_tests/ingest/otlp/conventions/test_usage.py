"""Tokens in one form: input with what was cached, output with reasoning."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.assembly.facts import SpanFacts
from longpole.ingest.otlp.conventions.usage import finish_usage

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    ("given_tokens", "tokens"),
    [
        ((100, 300, 50), 450),
        ((350, 300, 50), 350),
        ((349, 300, 50), 699),
        ((100, 100, None), 100),
        ((100, None, 101), 201),
        ((0, 5, None), 5),
        ((None, 5, 5), None),
        ((100, None, None), 100),
    ],
)
def test_input_that_excluded_the_cache_is_found_out(
    mapped: Mapped, given_tokens: tuple[int | None, ...], tokens: int | None
) -> None:
    keys = (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
    )
    facts = mapped({key: amount for key, amount in zip(keys, given_tokens, strict=True) if amount is not None})
    assert facts.input_tokens == tokens


def test_output_that_excluded_reasoning_is_found_out(mapped: Mapped) -> None:
    usage = {"gen_ai.usage.output_tokens": 20, "gen_ai.usage.reasoning.output_tokens": 50}
    assert mapped(usage).output_tokens == 70
    assert mapped(usage | {"gen_ai.usage.output_tokens": 50}).output_tokens == 50


AMOUNT = st.none() | st.integers(0, 1000)
FIELDS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, AMOUNT)), st.booleans())
def test_parts_never_exceed_the_whole(draft: dict[str, int | None], exclusive: bool) -> None:  # noqa: FBT001 - drawn
    draft["is_exclusive"] = exclusive
    finish_usage(draft)
    if draft["input_tokens"] is not None:
        assert (draft["cache_read_tokens"] or 0) + (draft["cache_write_tokens"] or 0) <= draft["input_tokens"]
    if draft["output_tokens"] is not None:
        assert (draft["reasoning_tokens"] or 0) <= draft["output_tokens"]
    assert "is_exclusive" not in draft

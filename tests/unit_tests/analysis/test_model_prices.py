"""Smaller models by name, and how long a test takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.model_prices import runs_per_arm, smaller_models


@pytest.mark.parametrize(
    ("model", "smaller"),
    [
        ("gpt-4o", ("gpt-4o-mini", "gpt-4o-nano")),
        ("gpt-4.1-2025-04-14", ("gpt-4.1-mini", "gpt-4.1-nano")),
        ("gpt-5-pro", ("gpt-5", "gpt-5-mini", "gpt-5-nano")),
        ("gpt-5-mini", ("gpt-5-nano",)),
        ("gpt-5-nano", ()),
        ("openai/gpt-4o", ("openai/gpt-4o-mini", "openai/gpt-4o-nano")),
        ("claude-opus-4-5", ("claude-sonnet-4-5", "claude-haiku-4-5")),
        ("claude-sonnet-4-5-20250929", ("claude-haiku-4-5",)),
        ("claude-3-5-sonnet-latest", ("claude-3-5-haiku",)),
        ("gemini-2.5-pro", ("gemini-2.5-flash", "gemini-2.5-flash-lite")),
        ("mistral-large-latest", ("mistral-medium", "mistral-small")),
        ("gpt-4o-audio-preview", ()),
        ("o3", ()),
        ("llama3:8b", ()),
        ("", ()),
    ],
)
def test_the_next_smaller_ones(model: str, smaller: tuple[str, ...]) -> None:
    assert smaller_models(model) == smaller


@given(st.text(max_size=40))
def test_no_model_is_smaller_than_itself(model: str) -> None:
    assert model not in smaller_models(model)


def test_the_textbook_size_of_a_test() -> None:
    # Cohen: an effect of half a deviation, 80 % power, 5 % error: 63 on each side by the normal approximation.
    assert runs_per_arm(0.1, effect=0.05) == 63
    assert runs_per_arm(1.0, effect=0.05) == 6_280
    assert runs_per_arm(0.0) == 30


@given(st.floats(0, 5), st.floats(0, 5))
def test_more_variation_takes_more_runs(a: float, b: float) -> None:
    assert runs_per_arm(min(a, b)) <= runs_per_arm(max(a, b))

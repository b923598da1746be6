"""Prompts that grow from day to day."""

import random
from collections.abc import Callable

import pytest

from healthy import Step, execution
from longpole.advice.observations import Observations
from longpole.advice.token_usage import token_usage
from longpole.domain.runs import NodeExecution, TokenUsage
from planted import planted

ASK = Step("ask", "llm", 0.5, 0.1, ("gpt-4.1", "openai"))


def week(tokens: Callable[[float], float], *, runs: int = 300, gap_s: float = 2_000) -> Observations:
    """A call in each run; `tokens` says how long its prompt is when so much of the week has gone."""

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        size = round(tokens(number / runs) * random_.lognormvariate(0, 0.2))
        return [execution(random_, run, 0, ASK, begin, tokens=TokenUsage(size, 100))]

    return planted(make, runs=runs, gap_s=gap_s)


def test_growth_over_the_week_is_told() -> None:
    observed = week(lambda gone: 2_000 + 30_000 * gone)
    (finding,) = token_usage(observed)
    assert finding.rule == "token_usage.prompt_drift"
    assert finding.facts["first_tokens"] == pytest.approx(5_750, rel=0.15)
    assert finding.facts["last_tokens"] == pytest.approx(28_250, rel=0.1)
    assert finding.estimate is not None
    # 17,000 tokens on average instead of some 5,500, at 2 dollars a million; a month has four of these weeks.
    assert finding.estimate.baseline - finding.estimate.expected == pytest.approx(11_700 * 2e-6 * 1_296, rel=0.12)
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high <= finding.estimate.baseline


def test_a_step_noise_and_a_little_more_are_not() -> None:
    assert not list(token_usage(week(lambda gone: 3_000 if gone < 0.5 else 12_000)))
    assert not list(token_usage(week(lambda _: 6_000)))
    assert not list(token_usage(week(lambda gone: 6_000 * (1 + 0.3 * gone))))


def test_an_hour_is_no_period_and_pennies_are_not_worth_reading() -> None:
    assert not list(token_usage(week(lambda gone: 2_000 + 30_000 * gone, gap_s=12)))
    assert not list(token_usage(week(lambda gone: 20 + 200 * gone)))

"""Prompts that grow from round to round."""

import random
from dataclasses import replace

import numpy as np
import pytest

from healthy import BOOK, MONDAY, SECOND, Step, execution, run_of
from longpole.advice.observations import Observations
from longpole.advice.token_usage import token_usage
from longpole.advice.tokens.growth import sessions_of
from longpole.domain.findings import Finding
from longpole.domain.runs import NodeExecution, TokenUsage
from observing import observations_of
from planted import planted

AGENT = Step("agent", "llm", 0.5, 0.1, ("gpt-4.1", "openai"))


def looped(rounds: int, per_round: int, *, first: int = 1_000, indexed: bool = True, runs: int = 100) -> Observations:
    """Runs of so many rounds, give or take one, whose prompts grow by so many tokens each."""

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        made = []
        for index in range(rounds + number % 3 - 1):
            size = first + per_round * index + random_.randint(-20, 20)
            more = {"iteration_index": index} if indexed else {}
            at = begin + index * 1_000_000_000
            made.append(execution(random_, run, index, AGENT, at, tokens=TokenUsage(size, 100), **more))
        return made

    return planted(make, runs=runs, gap_s=600)


def only(observed: Observations) -> Finding:
    found = list(token_usage(observed))
    assert [each.rule for each in found] == ["token_usage.prompt_growth"]
    return found[0]


@pytest.mark.parametrize("indexed", [True, False])
def test_growth_is_found_with_its_figures(*, indexed: bool) -> None:
    finding = only(looped(12, 500, indexed=indexed))
    assert finding.affected_nodes == ("agent",)
    assert finding.facts["tokens_per_round"] == pytest.approx(500, abs=5)
    assert finding.facts["tokens_per_round_low"] <= finding.facts["tokens_per_round"]  # type: ignore[operator]
    assert finding.estimate is not None
    # 12 rounds keeping 4: rounds 5 to 11 send 500, 1000 … 3500 more than round 4: 14,000 tokens of 2 dollars a million.
    per_run = 14_000 * 2e-6
    observed = looped(12, 500, indexed=indexed)
    expected = per_run * observed.runs_per_month
    assert finding.estimate.baseline - finding.estimate.expected == pytest.approx(expected, rel=0.05)
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high <= finding.estimate.baseline
    assert finding.gain.usd_per_month == pytest.approx(finding.estimate.baseline - finding.estimate.high)
    assert "500" in finding.description
    assert "n = 100" in finding.description
    assert finding.evidence[0]["run_ids"]


def test_what_calls_cost_is_of_all_of_them() -> None:
    observed = looped(9, 2_500)  # 900 calls, of which a few stand for all
    columns = observed.executions
    paid = float((columns.input_tokens * 2e-6 + columns.output_tokens * 8e-6).sum())
    estimate = only(observed).estimate

    assert estimate is not None
    assert estimate.baseline == pytest.approx(observed.per_month(paid), rel=0.01)


def test_the_title_has_no_figures_of_the_day() -> None:
    assert only(looped(12, 500)).title == only(looped(14, 620)).title


def test_items_of_their_own_do_not_grow() -> None:
    assert not list(token_usage(looped(12, 0)))


def test_less_than_twice_as_long_is_what_answers_need() -> None:
    assert not list(token_usage(looped(5, 100)))


def test_too_few_runs_say_nothing() -> None:
    assert not list(token_usage(looped(12, 500, runs=8)))


def test_without_prices_nothing_is_said() -> None:
    assert not list(token_usage(replace(looped(12, 500), price_book=None)))


def chats(per_turn: int, turns: int = 10, users: int = 30) -> Observations:
    """Users who talk for ten runs, a minute apart, each by himself; the next day again."""
    random_, records = random.Random(2), []
    for user in range(users):
        for day in range(2):
            for turn in range(turns):
                run, begin = f"u{user}d{day}t{turn}", MONDAY + (day * 86_400 + user * 700 + turn * 60) * SECOND
                tokens = TokenUsage(1_000 + per_turn * turn + random_.randint(-9, 9), 100)
                record = run_of(run, begin, [execution(random_, run, 0, AGENT, begin, tokens=tokens)])
                records.append(replace(record, run=replace(record.run, user_id=f"user{user}")))
    return observations_of(records, price_book=BOOK)


def test_prompts_that_grow_over_a_session() -> None:
    finding = only(chats(400))
    assert finding.facts["tokens_per_round"] == pytest.approx(400, abs=3)
    assert "n = 60 sessions" in finding.description
    assert "run of a session" in finding.title
    assert not list(token_usage(chats(0)))


def test_sessions_end_after_half_an_hour() -> None:
    sessions = sessions_of(chats(0, turns=3, users=2))
    assert len(set(sessions.tolist())) == 4
    assert np.bincount(sessions).tolist() == [3, 3, 3, 3]
    assert set(sessions_of(looped(3, 0)).tolist()) == {-1}

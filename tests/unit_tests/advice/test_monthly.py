"""What advice is worth in a month, in which order it stands, and what followed advice has brought."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.advice.monthly import Followed, brought, monthly_worth, most_a_month_first, runs_per_month
from longpole.domain.advice_lists import Brought
from longpole.domain.recommendations import Severity

WEEK = {"since": "2026-11-01T00:00:00+00:00", "until": "2026-11-08T00:00:00+00:00"}
AMOUNTS = st.none() | st.floats(0, 1e6)
GAINS = st.fixed_dictionaries(
    {"seconds_per_run": AMOUNTS, "usd_per_month": AMOUNTS, "failed_run_share": st.none() | st.floats(0, 1)}
)


@pytest.mark.parametrize(
    ("baseline", "runs"),
    [
        ({**WEEK, "runs": 700}, 3_000),
        ({**WEEK, "runs": 0}, None),
        ({**WEEK, "runs": None}, None),
        ({"since": WEEK["since"], "until": WEEK["since"], "runs": 5}, None),
        ({}, None),
        (None, None),
    ],
)
def test_runs_of_a_month_are_those_of_the_period_at_its_rate(baseline: Any, runs: float | None) -> None:
    assert runs_per_month(baseline) == runs


def test_a_gain_counts_as_often_as_there_are_runs() -> None:
    gain = {"seconds_per_run": 1.2, "usd_per_month": 43.0, "failed_run_share": 0.01}

    worth = monthly_worth(gain, "execution_time_p50", "low", 3_000)

    assert (worth.seconds_per_month, worth.usd_per_month, worth.failed_runs_per_month) == (3_600, 43, 30)
    assert worth.score == pytest.approx(43 + 10 + 25 + 1)  # money, an hour, thirty failed runs, its severity


def test_a_p95_tells_of_one_run_in_twenty() -> None:
    worth = monthly_worth({"seconds_per_run": 10.0}, "execution_time_p95", "info", 100)

    assert worth.seconds_per_month == 50


def test_what_is_not_known_stays_so() -> None:
    unknown = monthly_worth({"seconds_per_run": 10.0, "usd_per_month": None}, "execution_time_p50", "info", None)

    assert unknown == monthly_worth(None, None, "info", 100)
    assert (unknown.seconds_per_month, unknown.usd_per_month, unknown.score) == (None, None, 0)


def test_a_severe_one_comes_before_a_light_one_that_is_worth_little() -> None:
    severe = monthly_worth(None, None, "high", None)
    little = monthly_worth({"usd_per_month": 60.0}, None, "medium", 1_000)
    much = monthly_worth({"usd_per_month": 95.0}, None, "medium", 1_000)

    assert sorted([little, severe, much], key=lambda each: most_a_month_first(each, "")) == [much, severe, little]


@given(GAINS, GAINS, st.floats(0, 1e6), st.sampled_from(list(Severity)))
def test_more_never_comes_later(a: dict[str, Any], b: dict[str, Any], runs: float, severity: Severity) -> None:
    both = {name: max((part[name] for part in (a, b)), key=lambda value: value or 0.0) for name in a}
    alone = monthly_worth(a, None, severity, runs)

    assert most_a_month_first(monthly_worth(both, None, severity, runs), "x") <= most_a_month_first(alone, "x")
    assert monthly_worth(a, None, Severity.CRITICAL, runs).score >= alone.score


def followed(metric: str, before: float, after: float, verdict: str = "improved", **more: Any) -> Followed:
    told = {"metric": metric, "before": before, "after": after, "verdict": verdict, "runs_per_month": 100.0} | more
    return Followed("shop", "trip", date(2026, 11, 8), told, None)


def test_what_it_brought_is_counted_by_the_month() -> None:
    found = brought([followed("execution_time_p50", 3.0, 1.0, others=[
        {"metric": "cost_per_run", "before": 0.5, "after": 0.2, "verdict": "improved"},
        {"metric": "failed_run_share", "before": 0.5, "after": 0.1, "verdict": "no_evidence"},
    ])])  # fmt: skip

    assert (found.verified, found.seconds_per_month, found.failed_runs_per_month) == (1, 200, 0)
    assert found.usd_per_month == pytest.approx(30)


def test_dollars_of_a_month_are_not_counted_again_by_the_run() -> None:
    found = brought([followed("cost_per_month", 90.0, 30.0, others=[
        {"metric": "execution_time_mean", "before": 2.0, "after": 1.5, "verdict": "improved"},
        {"metric": "execution_time_p95", "before": 9.0, "after": 1.0, "verdict": "improved"},
    ])])  # fmt: skip

    assert found == Brought(1, 50, 60, 0)


@pytest.mark.parametrize("verdict", ["no_evidence", "too_few_runs", None])
def test_what_may_be_chance_is_not_counted(verdict: Any) -> None:
    assert brought([followed("execution_time_p50", 3.0, 1.0, verdict)]) == Brought()


def test_what_got_worse_is_taken_off() -> None:
    assert brought([followed("failed_run_share", 0.1, 0.4, "regressed")]).failed_runs_per_month == pytest.approx(-30)


def test_those_of_one_day_share_their_difference() -> None:
    one, other = followed("execution_time_p50", 3.0, 1.0), followed("execution_time_p50", 3.0, 1.5)
    later = Followed("shop", "trip", date(2026, 11, 9), other.verification, None)

    assert brought([one, other]) == Brought(2, 200, 0, 0)
    assert brought([one, later]) == Brought(2, 350, 0, 0)


def test_without_a_rate_since_that_of_the_advice_counts() -> None:
    one = followed("execution_time_p95", 30.0, 10.0, runs_per_month=None)

    assert brought([Followed(one.app_id, one.workflow_id, one.since, one.verification, 50.0)]).seconds_per_month == 50

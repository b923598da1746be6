"""What would be, in numbers and in words: both say the same."""

import pytest

from longpole.advice.estimates import cost_estimate, failed_share_estimate, improvement, share_words, time_estimate
from longpole.analysis.intervals import Interval
from longpole.analysis.proportions import Share
from longpole.domain.what_if import Shift


def test_a_run_is_told_as_it_was_and_as_it_would_be() -> None:
    found = time_estimate("p95", Shift(9.1, 6.4, 5.9, 6.8), "replay", 400)
    assert improvement(found) == "p95 run 9.10 s → 6.40 s (5.90–6.80)"


def test_no_run_takes_less_than_nothing() -> None:
    found = time_estimate("mean", Shift(1.0, 0.2, -0.1, 0.3), "replay", 400)
    assert found.low == 0.0


def test_what_is_surely_saved_is_the_most_that_it_would_still_cost() -> None:
    found = cost_estimate(31.0, Interval(19.0, 16.8, 21.5), "bootstrap", 400)
    assert (found.expected, found.low, found.high) == pytest.approx((12.0, 9.5, 14.2))
    assert improvement(found) == "cost a month $31.00 → $12.00 (9.50–14.20)"


def test_more_cannot_be_saved_than_is_spent() -> None:
    found = cost_estimate(31.0, Interval(31.0, 16.0, 46.0), "bootstrap", 400)
    assert (found.expected, found.low, found.high) == (0.0, 0.0, 15.0)


def test_runs_that_would_not_fail_are_those_of_the_cause_that_a_change_helps() -> None:
    """Of 50 of 500 that fail, 40 do so by the cause, and three quarters of these would not."""
    found = failed_share_estimate(50, Share(40, 500, 0.06, 0.1), Interval(0.75, 0.5, 0.9), "Wilson")
    assert (found.baseline, found.expected, found.low, found.high) == pytest.approx((0.1, 0.04, 0.01, 0.07))
    assert improvement(found) == "runs that fail 10 % → 4.0 % (1.0–7.0)"


def test_a_share_is_told_with_what_it_is_of() -> None:
    assert share_words(Share(41, 500, 0.061, 0.109)) == "41 of 500 (8.2 %, 6.1–11)"

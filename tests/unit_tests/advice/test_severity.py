"""Severity goes by what a change is worth."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.advice.severity import THRESHOLDS, severity_of
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category, Severity

RANKS = list(Severity)
AMOUNTS = st.none() | st.floats(0, 5_000)
GAINS = st.builds(Gain, AMOUNTS, st.none() | st.floats(0, 1), AMOUNTS, st.none() | st.floats(0, 1))


def rank(gain: Gain, floor: str | None = None) -> int:
    finding = Finding("r.c", Category.COST, "t", "d", None, ("a",), gain, floor=floor)
    return RANKS.index(severity_of(finding))


@pytest.mark.parametrize(
    ("gain", "severity"),
    [
        (Gain(), "info"),
        (Gain(usd_per_month=0.99), "info"),
        (Gain(usd_per_month=1), "low"),
        (Gain(usd_per_month=10), "medium"),
        (Gain(usd_per_month=100), "high"),
        (Gain(usd_per_month=1_000), "critical"),
        (Gain(seconds_per_run=0.6, share_of_run=0.25), "high"),
        (Gain(seconds_per_run=0.05, share_of_run=0.9), "low"),  # a big share of next to nothing
        (Gain(seconds_per_run=60, share_of_run=0.01), "info"),  # a minute of an hour and a half
        (Gain(seconds_per_run=60), "info"),  # a share that is not known is none
        (Gain(failed_run_share=0.02), "medium"),
        (Gain(failed_run_share=0.2), "critical"),
        (Gain(usd_per_month=2, failed_run_share=0.06), "high"),
        (Gain(usd_per_month=-5), "info"),
    ],
)
def test_by_thresholds(gain: Gain, severity: str) -> None:
    assert rank(gain) == RANKS.index(Severity(severity))


@given(GAINS, GAINS)
def test_more_is_never_less_severe(a: Gain, b: Gain) -> None:
    names = ("seconds_per_run", "share_of_run", "usd_per_month", "failed_run_share")
    both = {name: [each for each in (getattr(a, name), getattr(b, name)) if each is not None] for name in names}
    more = Gain(**{name: max(values) if values else None for name, values in both.items()})
    assert rank(more) >= max(rank(a), rank(b))


@given(GAINS, st.sampled_from(RANKS))
def test_never_below_its_floor_and_a_floor_is_no_ceiling(gain: Gain, floor: Severity) -> None:
    assert rank(gain, floor.value) == max(rank(gain), RANKS.index(floor))


@given(GAINS)
def test_an_unknown_figure_adds_nothing(gain: Gain) -> None:
    for name in ("usd_per_month", "failed_run_share"):
        assert rank(replace(gain, **{name: None})) <= rank(gain)


def test_thresholds_rise() -> None:
    for name in ("share_of_run", "seconds_per_run", "usd_per_month", "failed_run_share"):
        assert all(a < b for a, b in pairwise(getattr(THRESHOLDS, name)))

"""The values that a reader sees in place of placeholders."""

import pytest

from longpole.domain.findings import Gain
from longpole.narration.subjects import Told, subjects


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("hit_ratio", 0.62, "62 %"),
        ("failed_share_high", 0.004, "0.4 %"),
        ("share_at_limit", 0.25, "25 %"),
        ("queued_s_mean", 1.3, "1.30 s"),
        ("queue_seconds_per_run", 1.3, "1.30 s a run"),
        ("saved_usd_per_month", 7.5, "$7.50 a month"),
        ("ttl_seconds", 43_200, "12 h 00 min"),
        ("prompt_tokens", 17_100, "17.1k tokens"),
        ("cached_token_share_now", 0.5, "50 %"),
        ("failed", 11, "11"),
        ("error", "Read “timeout”", "“Read 'timeout'”"),
    ],
)
def test_a_fact_is_shown_in_the_unit_of_its_name(name: str, value: float | str, shown: str) -> None:
    told = Told("rule", "performance", "low", (), None, Gain(), {name: value})

    assert subjects([told])[0].values[name] == shown


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_no_value(value: float | None) -> None:
    told = Told("rule", "performance", "low", (), None, Gain(), {"hit_ratio": value})

    assert subjects([told])[0].values == {}

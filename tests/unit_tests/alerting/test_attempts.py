"""Messages are tried again ever later, each at a moment of its own."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerting_scenes import NOW
from longpole.alerting.attempts import next_attempt


@given(st.text(min_size=1), st.integers(1, 2_000))
def test_the_wait_doubles_up_to_four_hours_less_a_third_at_most(delivery_id: str, attempts: int) -> None:
    longest_s = {1: 30, 2: 60, 3: 120, 10: 4 * 3_600}.get(attempts, min(30 * 2 ** (attempts - 1), 4 * 3_600))
    wait_s = (next_attempt(delivery_id, attempts, NOW, None) - NOW).total_seconds()

    assert longest_s * 2 / 3 <= wait_s <= longest_s


def test_two_messages_are_not_tried_at_the_same_moment() -> None:
    assert len({next_attempt(f"id {number}", 3, NOW, None) for number in range(50)}) == 50


def test_a_receiver_may_ask_for_more_time_within_an_hour() -> None:
    assert next_attempt("a", 1, NOW, 600) == NOW + timedelta(minutes=10)
    assert next_attempt("a", 1, NOW, 86_400) == NOW + timedelta(hours=1)
    assert next_attempt("a", 1, NOW, 1) > NOW + timedelta(seconds=19)

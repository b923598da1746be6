"""Failures are told apart by type and pattern, however many messages there are, and there are not too many kinds."""

import pytest

from longpole.advice.observations import ErrorInfo
from longpole.store.advice_errors import ErrorKinds


def test_the_same_pattern_is_the_same_kind_and_shows_its_first_message() -> None:
    kinds = ErrorKinds()

    places = [kinds.place("E", f"no row {number}") for number in (7, 8)]

    assert places == [0, 0]
    assert kinds.infos == [ErrorInfo("E", "no row <n>", "no row 7")]


def test_type_and_message_both_tell_apart_and_may_be_unknown() -> None:
    kinds = ErrorKinds()

    said = [("E", "gone"), ("F", "gone"), ("E", None), (None, "gone"), (None, None), ("E", "")]

    assert [kinds.place(*each) for each in said] == [0, 1, 2, 3, -1, 4]


def test_what_comes_beyond_the_bound_is_one_kind() -> None:
    kinds = ErrorKinds(most_kinds=2)

    places = [kinds.place(error_type, None) for error_type in ("A", "B", "C", "D", "A")]

    assert places == [0, 1, 2, 2, 0]
    assert kinds.infos[2] == ErrorInfo(None, None, None)


@pytest.mark.parametrize(("message", "pattern"), [("row 3 of b", "row <n> of b"), ("another row 3", None)])
def test_beyond_so_many_messages_one_that_differs_in_digits_has_the_pattern_of_the_one_it_is_like(
    message: str, pattern: str | None
) -> None:
    kinds = ErrorKinds(most_messages=2)
    kinds.place("E", "row 1 of b")
    kinds.place("E", "row 2 of b")

    assert kinds.infos[kinds.place("E", message)].pattern == pattern

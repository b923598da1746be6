"""How a span ended, and what the error was."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

UNSET, OK, ERROR = 0, 1, 2


def exception(kind: str, message: str = "") -> tuple[str, dict[str, str]]:
    return ("exception", {"exception.type": kind, "exception.message": message, "exception.escaped": "False"})


@pytest.mark.parametrize(("code", "failed"), [(UNSET, False), (OK, False), (ERROR, True), (7, False)])
def test_unset_is_success(mapped: Mapped, code: int, failed: bool) -> None:  # noqa: FBT001 - parametrized
    assert mapped({}, status=code).is_failed is failed


def test_an_exception_on_a_good_span_is_told_and_is_no_failure(mapped: Mapped) -> None:
    facts = mapped({}, status=OK, events=[exception("ValueError", "handled")])
    assert (facts.is_failed, facts.has_exception, facts.error_type) == (False, True, "ValueError")


@pytest.mark.parametrize(
    ("sent", "events", "message", "error_type"),
    [
        ({"error.type": "BadRequestError"}, [exception("openai.BadRequestError")], "", "BadRequestError"),
        ({}, [exception("openai.BadRequestError")], "Error code: 400", "openai.BadRequestError"),
        ({}, [exception("First"), exception("Last")], "", "Last"),
        ({}, [exception("Exception", "ConnectionError('x')Traceback …")], "", "ConnectionError"),
        ({}, [exception("Exception", "something else")], "", "Exception"),
        ({}, [exception("", "KeyError: 'a'")], "", "KeyError"),
        (
            {},
            [],
            "ConnectionError('booking backend unavailable')Traceback (most recent call last):\n …",
            "ConnectionError",
        ),
        ({}, [], "pydantic_ai.exceptions.ModelHTTPError: status_code: 400", "pydantic_ai.exceptions.ModelHTTPError"),
        ({}, [], "TimeoutError", "TimeoutError"),
        ({}, [], "Error code: 400 - injected", None),
        ({}, [], "TimeoutError while waiting", None),
        ({}, [], "publish failed once", None),
        ({}, [], "Max turns exceeded: {'max_turns': 1}", None),
        ({}, [], "", None),
    ],
)
def test_the_type_of_an_error(
    mapped: Mapped, sent: dict[str, str], events: list[object], message: str, error_type: str | None
) -> None:
    assert mapped(sent, status=ERROR, message=message, events=events).error_type == error_type


def test_a_message_without_a_failure_names_no_error(mapped: Mapped) -> None:
    facts = mapped({}, status=OK, message="KeyError: not really")
    assert (facts.error_type, facts.error_message) == (None, None)


@pytest.mark.parametrize(
    ("message", "events", "shown"),
    [
        ("boom", [exception("ValueError", "other")], "boom"),
        ("", [exception("ValueError", "boom")], "boom"),
        ("boom('x')Traceback (most recent call last):\n  File …", [], "boom('x')"),
        ("", [], None),
    ],
)
def test_the_message_of_an_error(mapped: Mapped, message: str, events: list[object], shown: str | None) -> None:
    assert mapped({}, status=ERROR, message=message, events=events).error_message == shown


def test_attributes_of_the_wrong_type_in_an_exception(mapped: Mapped) -> None:
    facts = mapped({}, status=ERROR, events=[("exception", {"exception.type": ["x"], "exception.message": {"a": 1}})])
    assert (facts.is_failed, facts.error_type, facts.error_message) == (True, None, None)


def test_a_message_is_masked(mapped: Mapped) -> None:
    facts = mapped({}, status=ERROR, message="401 for Bearer abcdef123456")
    assert facts.error_message == "401 for Bearer ***"
    assert facts.role is Role.NODE

"""Values of any type, read as what they mean."""

from collections.abc import Callable
from typing import Any

import pytest

from longpole.ingest.otlp.conventions import values

LONG = "x" * 300


@pytest.mark.parametrize(
    ("read", "sent", "meant"),
    [
        (values.text, "a", "a"),
        (values.text, "", None),
        (values.text, 12, "12"),
        (values.text, True, None),
        (values.text, 1.5, None),
        (values.text, ["a"], None),
        (values.text, LONG, LONG[:255]),
        (values.text, "a\0b", "ab"),
        (values.text, "\0", None),
        (values.text, "a\ud800b", "a?b"),
        (values.text, "Zürich", "Zürich"),
        (values.text, 2**70, None),
        (values.quoted, '"plan"', "plan"),
        (values.quoted, '"\\"plan\\""', "plan"),
        (values.quoted, '"open', '"open'),
        (values.quoted, "123", "123"),
        (values.quoted, "{}", "{}"),
        (values.unwrapped, '"{\\"a\\": 1}"', {"a": 1}),
        (values.unwrapped, '"\\"\\\\\\"a\\\\\\"\\""', '"a"'),
        (values.unwrapped, "[" * 100_000, "[" * 100_000),
        (values.json_object, '{"a": 1}', {"a": 1}),
        (values.json_object, ' {"a": 1}', {"a": 1}),
        (values.json_object, '"{\\"a\\": 1}"', {"a": 1}),
        (values.json_object, {"a": 1}, {"a": 1}),
        (values.json_object, "[1]", None),
        (values.json_object, "", None),
        (values.json_object, 7, None),
        (values.count, 7, 7),
        (values.count, "7", 7),
        (values.count, 7.0, 7),
        (values.count, "7.5", None),
        (values.count, -1, None),
        (values.count, True, None),
        (values.count, 2**63, None),
        (values.count, "9" * 400, None),
        (values.count, float("nan"), None),
        (values.tokens, 2**40, 2**40),
        (values.tokens, 2**40 + 1, None),
        (values.number, "0.25", 0.25),
        (values.number, "1e3", 1000.0),
        (values.number, float("inf"), None),
        (values.number, "much", None),
        (values.pico_usd, "0.00000525", 5_250_000),
        (values.pico_usd, 0.03, 30_000_000_000),
        (values.pico_usd, 0, 0),
        (values.pico_usd, -1, None),
        (values.pico_usd, 10_001, None),
        (values.seconds_ns, 0.25, 250_000_000),
        (values.milliseconds_ns, 35.5, 35_500_000),
        (values.nanoseconds, "21", 21),
        (values.seconds_ns, 1e12, None),
        (values.flag, True, True),
        (values.flag, "False", False),
        (values.flag, "1", True),
        (values.flag, 0, False),
        (values.flag, "maybe", None),
        (values.flag, [], None),
        (values.texts, ["a", 7, None, {}], ("a", "7")),
        (values.texts, '["a","b"]', ("a", "b")),
        (values.texts, "a", ("a",)),
        (values.texts, '"a"', ("a",)),
        (values.texts, [], None),
        (values.texts, ["a"] * 300, ("a",) * 256),
        (values.texts, None, None),
    ],
)
def test_what_a_value_means(read: Callable[[Any], Any], sent: Any, meant: Any) -> None:
    found = read(sent)
    assert found == meant
    assert type(found) is type(meant)


def test_words_in_any_case_and_in_quotes() -> None:
    read = values.one_of({"llm": "model", "tool": "tool"})
    assert [read(sent) for sent in ("llm", "LLM", "Llm", '"LLM"', "other", 7, None, ["llm"])] == [
        "model",
        "model",
        "model",
        "model",
        None,
        None,
        None,
        None,
    ]

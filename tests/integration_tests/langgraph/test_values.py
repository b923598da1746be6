"""What LangGraph's serializer gives back is what it was given, or it is not kept."""

import datetime as dt
import uuid
from collections import deque
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command, Send

from longpole.integrations.langgraph.values import UnfitError, dumped, loaded

SERDE = JsonPlusSerializer(pickle_fallback=False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"a": [1, 2.5, "ü", None, True, b"\x00"]},
        (1, (2, [3, (4,)])),
        {"b", "a"},
        float("nan"),
        AIMessage("x", usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
        [HumanMessage("a")],
        Document("text", metadata={"page": 1}),
        Send("node", {"a": 1}),
        Command(goto="node", update={"a": 1}),
        dt.datetime(2026, 11, 8, tzinfo=dt.UTC),
        Decimal("1.50"),
        uuid.UUID(int=7),
        np.arange(4, dtype=np.int16),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_comes_back_as_it_was(value: Any) -> None:
    restored = loaded(SERDE, dumped(SERDE, deque([("channel", value)])))
    assert repr(restored) == repr([("channel", value)]) or restored == [("channel", value)]
    assert type(restored[0][1]) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: None,
        2**70,
        "\ud800",
        Document("text", metadata={"pages": (1, 2)}),
        np.array(["a"], dtype=object),
        {"longpole:tuple": [1]},
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_come_back_as_something_else_is_not_kept(value: Any) -> None:
    with pytest.raises(UnfitError):
        dumped(SERDE, deque([("channel", value)]))


def test_bytes_that_are_no_longer_what_they_were_are_not_served() -> None:
    kind, body = dumped(SERDE, [("channel", "value")])
    for damaged in (["pickle", body], [kind, body[:-1]], [kind], None, ["msgpack", b"\xc1"]):
        with pytest.raises(UnfitError):
            loaded(SERDE, damaged)

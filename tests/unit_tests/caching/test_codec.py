"""What was encoded comes back, type for type, as an object of one's own; what cannot is refused."""

import json
import math
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.caching import codec
from longpole.caching.codec import CorruptEntryError, NotStorableError

texts = st.text(alphabet=st.characters(codec="utf-8"))
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary()
names = texts | st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.none()
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner) | st.lists(inner).map(tuple),
    max_leaves=30,
)


def exactly(value: Any) -> Any:
    """A value with its types written out."""
    if isinstance(value, dict):
        return ("dict", [(exactly(name), exactly(inner)) for name, inner in value.items()])
    if isinstance(value, list | tuple):
        return (type(value).__name__, [exactly(inner) for inner in value])
    return (type(value).__name__, value.hex() if isinstance(value, float) else repr(value))


@given(values)
def test_what_comes_back_is_what_went_in(value: Any) -> None:
    encoded = codec.encode(value)
    assert exactly(codec.decode(encoded.body)) == exactly(value)
    json.loads(encoded.readable)
    if encoded.is_readable_exact:
        assert encoded.body == b"j" + encoded.readable.encode()


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}, 0.0, -0.0, (), b""], ids=repr)
def test_what_is_empty_is_a_result(value: Any) -> None:
    assert exactly(codec.decode(codec.encode(value).body)) == exactly(value)


@pytest.mark.parametrize(
    ("value", "readable"),
    [
        ({"b": 1, "a": [1.5, None]}, '{"b":1,"a":[1.5,null]}'),
        ({"x": math.nan}, '{"x": "nan"}'),
        ((1, b"ab"), '[1, "YWI="]'),
        ({1: "é"}, '{"1": "é"}'),
    ],
)
def test_people_can_read_it(value: Any, readable: str) -> None:
    assert codec.encode(value).readable == readable


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), Decimal(1), datetime(2026, 1, 1, tzinfo=UTC), OrderedDict(a=1), "\ud800", {("a",): 1}, range(3),
     iter([]), {"deep": [{"er": {1}}]}],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_would_come_back_as_something_else_is_refused(value: Any) -> None:
    with pytest.raises(NotStorableError, match="output_data"):
        codec.encode(value)


def test_what_contains_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotStorableError):
        codec.encode(circle)
    with pytest.raises(NotStorableError):
        codec.encode((circle,))


@pytest.mark.parametrize("value", [{"text": "word " * 20_000}, {"text": "word " * 20_000, "x": math.inf}])
def test_large_ones_are_compressed_and_shown_by_their_beginning(value: Any) -> None:
    encoded = codec.encode(value)
    assert len(encoded.body) < 1_000
    assert codec.decode(encoded.body) == value
    shown = json.loads(encoded.readable)
    assert shown["characters"] > 100_000
    assert shown["begins"].startswith('{"text":')
    assert not encoded.is_readable_exact


@pytest.mark.parametrize(
    "value",
    [{"a": 1}, {"a": math.inf}, "word " * 20_000, (1, "word " * 20_000)],
    ids=lambda value: type(value).__name__,
)
@given(data=st.data())
def test_bytes_that_are_cut_are_found_out(value: Any, data: st.DataObject) -> None:
    body = codec.encode(value).body
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(CorruptEntryError):
        codec.decode(body[:cut])


@pytest.mark.parametrize(
    "value",
    [{"a": math.inf, "b": "x" * 100}, "word " * 20_000, (1, "word " * 20_000)],
    ids=lambda value: type(value).__name__,
)
@given(data=st.data())
def test_bytes_that_were_changed_are_found_out(value: Any, data: st.DataObject) -> None:
    body = bytearray(codec.encode(value).body)
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = codec.decode(bytes(body))
    except CorruptEntryError:
        return
    assert found == value, "a change that no checksum covers changes nothing"


def test_nobody_gets_anybody_elses_object() -> None:
    body = codec.encode({"list": [1]}).body
    codec.decode(body)["list"].append(2)
    assert codec.decode(body) == {"list": [1]}

"""Laws of cache keys: equal if and only if everything that decides the output is, type for type."""

import enum
import hashlib
import json
import math
import os
import random
import subprocess
import sys
import uuid
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.caching.keys import NotKeyableError, cache_key, output_digest
from longpole.domain.scopes import Scope

SCOPE = Scope("app", "workflow")


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


def key(input_data: Any, config: Any = None, **more: Any) -> str:
    return cache_key(
        more.pop("scope", SCOPE), more.pop("node_type", "llm"), config, input_data, lambda: b"s" * 32, **more
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of names"),
        pytest.param(
            {"x": {"a": 1, "b": [{"c": 1, "d": 2}]}}, {"x": {"b": [{"d": 2, "c": 1}], "a": 1}}, id="nested order"
        ),
        pytest.param((1, 2), [1, 2], id="a tuple is a list"),
    ],
)
def test_these_have_the_same_key(one: Any, other: Any) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        (0.0, -0.0),
        (math.nan, None),
        (math.inf, None),
        (math.inf, -math.inf),
        (2**53, 2**53 + 1),
        (float(2**53), 2**53),
        (b"x", "x"),
        ({"a": None}, {}),
        (("ab", "c"), ("a", "bc")),
        ([["a"], "b"], [["a", "b"]]),
        ("", None),
        ([], {}),
        ([], None),
        ("1", 1),
        ([1, 2], [2, 1]),
        ("\u00e9", "e\u0301"),
        ("a\x00", "a"),
    ],
)
def test_these_have_different_keys(one: Any, other: Any) -> None:
    assert key(one) != key(other)
    assert key({"deep": [one]}) != key({"deep": [other]})
    assert key(None, {"setting": one}) != key(None, {"setting": other})


@pytest.mark.parametrize(
    "value",
    [
        {1: "x"}, {None: 1}, {("a",): 1}, {1, 2}, frozenset(), Decimal(1), uuid.UUID(int=1),
        datetime(2026, 1, 1, tzinfo=UTC), Colour.RED, Number.ONE, object(), 2**70, -(2**70), "\ud800", bytearray(b"x"),
        memoryview(b"x"), print, (i for i in ()), {Colour.RED: 1}, OrderedDict(a=1),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_has_no_key_is_refused_and_never_left_out(value: Any) -> None:
    with pytest.raises(NotKeyableError) as refused:
        key({"good": 1, "list": [0, value]})
    assert refused.value.field.startswith("input_data.list[1]")
    with pytest.raises(NotKeyableError) as refused:
        key({}, {"setting": value})
    assert refused.value.field.startswith("node_config.setting")


def test_a_number_and_a_text_as_names_are_not_the_same() -> None:
    assert key({"1": "x"})
    with pytest.raises(NotKeyableError, match="a name is of type int"):
        key({1: "x"})


def test_what_contains_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotKeyableError, match="nested too deeply"):
        key(circle)


@pytest.mark.parametrize(
    "more",
    [
        {"scope": Scope("other", "workflow")},
        {"scope": Scope("app", "other")},
        {"scope": Scope("appw", "orkflow")},
        {"node_type": "tool"},
        {"node_id": "n"},
        {"node_id": ""},
        {"version": "2"},
        {"config": {"model": "a"}},
    ],
    ids=str,
)
def test_all_that_decides_the_output_counts(more: dict[str, Any]) -> None:
    assert key("in", **more) != key("in")


@pytest.mark.parametrize("name", ["num_ctx", "api_base", "seed", "tools", "base_url", "dataset_version", "anything"])
def test_no_part_of_a_configuration_is_forgotten(name: str) -> None:
    assert key("in", {"model": "m", name: 1}) != key("in", {"model": "m", name: 2})
    assert key("in", {"model": "m", name: 1}) != key("in", {"model": "m"})


def test_what_is_only_for_people_does_not_count_except_inside() -> None:
    assert key("in", {"model": "m", "title": "A", "position": {"x": 1}}) == key("in", {"model": "m", "title": "B"})
    one, other = ({"tools": [{"name": "t", "description": text}]} for text in ("adds", "multiplies"))
    assert key("in", one) != key("in", other)
    assert key({"title": "A"}) != key({"title": "B"})


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "X-Api-Key", "Authorization", "password", "client_secret", "token"]
)
def test_accounts_never_share_and_no_key_can_be_guessed(name: str) -> None:
    config = {"model": "m", "headers": {name: "sk-1"}}
    other = {"model": "m", "headers": {name: "sk-2"}}
    assert key("in", config) != key("in", other)
    theirs = cache_key(SCOPE, "llm", config, "in", lambda: b"t" * 32)
    assert theirs != key("in", config), "without the secret nobody can try whether a credential is the right one"
    assert key({name: "sk-1"}) != key({name: "sk-2"})
    assert key({name: None}) != key({name: "sk-2"})


def test_the_secret_is_asked_for_only_where_there_is_a_credential() -> None:
    def secret() -> bytes:
        raise AssertionError

    assert cache_key(SCOPE, "llm", {"model": "m", "max_tokens": 5}, {"tokens": 3}, secret)


def test_a_digest_stands_for_an_output() -> None:
    output = {"text": "x" * 100_000}
    assert key({"context": output_digest(output)}) == key({"context": output_digest(dict(output))})
    assert key({"context": output_digest(output)}) != key({"context": output_digest({"text": "y"})})
    assert key({"context": output_digest("a")}) != key({"context": "a"})
    with pytest.raises(NotKeyableError):
        output_digest({1, 2})


def canonical(value: Any) -> Any:
    """The same value if and only if the same key, by other means than the encoder's: types are written out."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((name, canonical(inner)) for name, inner in value.items())))
    if isinstance(value, list | tuple):
        return ("list", tuple(canonical(inner) for inner in value))
    return (type(value).__name__, value.hex() if isinstance(value, float) else repr(value))


def json_like(rng: random.Random, depth: int = 0) -> Any:
    """Few distinct values, so that equal ones happen often."""
    kind = rng.randrange(9 if depth < 3 else 6)
    if kind == 6:
        return [json_like(rng, depth + 1) for _ in range(rng.randrange(3))]
    if kind == 7:
        return tuple(json_like(rng, depth + 1) for _ in range(rng.randrange(3)))
    if kind == 8:
        return {rng.choice("abc"): json_like(rng, depth + 1) for _ in range(rng.randrange(3))}
    leaves = [
        None,
        rng.random() < 0.5,
        rng.randrange(3),
        float(rng.randrange(3)),
        rng.choice(["", "a", "1", "True"]),
        b"a",
    ]
    return leaves[kind]


def test_of_100_000_pairs_those_with_equal_keys_are_the_equal_ones() -> None:
    rng = random.Random(20261125)
    equal = 0
    for _ in range(100_000):
        one = json_like(rng)
        other = json_like(rng) if rng.random() < 0.7 else json.loads(json.dumps(one)) if _is_json(one) else one
        same = canonical(one) == canonical(other)
        equal += same
        assert (key(one) == key(other)) is same, (one, other)
    assert 20_000 < equal < 80_000


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


texts = st.text(alphabet=st.characters(codec="utf-8"))
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
leaves = st.none() | st.booleans() | numbers | texts | st.binary()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@given(values, values)
def test_equal_if_and_only_if_the_keys_are(one: Any, other: Any) -> None:
    assert (key(one) == key(other)) is (canonical(one) == canonical(other))


@given(st.dictionaries(texts, values, min_size=2))
def test_the_order_of_names_never_counts(value: dict[str, Any]) -> None:
    assert key(value) == key(dict(reversed(value.items())))


def test_two_processes_with_other_hash_seeds_make_the_same_key() -> None:
    code = (
        "from longpole.caching.keys import cache_key; from longpole.domain.scopes import Scope; "
        "config = {'model': 'm', 'tools': [{'b': 1, 'a': 2.5}], 'api_key': 'sk'}; "
        "inputs = {'z': None, 'a': [True, b'x', float('nan')]}; "
        "print(cache_key(Scope('app', 'workflow'), 'llm', config, inputs, lambda: b's' * 32))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    config = {"api_key": "sk", "tools": [{"a": 2.5, "b": 1}], "model": "m"}
    assert made == {key({"a": [True, b"x", math.nan], "z": None}, config) + "\n"}


def test_keys_do_not_change_from_version_to_version() -> None:
    """Entries of an installation must be found after an upgrade; a new encoding gets a new prefix."""
    assert key({"prompt": "Hello"}, {"model": "m"}) == (
        "lp1_" + hashlib.sha256(
            msgspec.msgpack.encode([1, "app", "workflow", "llm", None, None, {"model": "m"}, {"prompt": "Hello"}])
        ).hexdigest()
    )  # fmt: skip

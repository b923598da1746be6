"""Law: what is given back is, to the byte, what was put, be it JSON of any value; on both databases."""

import json
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store.cache_backend import DatabaseBackend, database_backend
from longpole.store.engine import reading

SHOP = Scope("shop", "trip")
INSTANTS = st.integers(0, (1 << 63) - 1)
DOLLARS = st.none() | st.decimals(0, 1_000_000, places=12)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 10**400, 1e308])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)
JSON = (
    VALUES.map(lambda value: json.dumps(value, ensure_ascii=False))
    | VALUES.map(json.dumps)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda value: msgspec.json.encode(value).decode())
    # What is JSON and yet nobody's usual spelling of it.
    | st.sampled_from(["1.0", " 1", "-0", "1e5", "1E+5", "0.10", "1e999999", '"\\ud800"', '"\\u0000"', '{"a":1,"a":2}'])
)


@pytest.fixture
def backend(runtime: Runtime) -> Iterator[DatabaseBackend]:
    made = database_backend(runtime.engine, budget_s=10, write_wait_s=10)
    yield made
    made.close()


# The database is the same for all examples: each takes the place of the one before it.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    readable=JSON,
    stored=st.builds(StoredEntry, st.just(b""), INSTANTS, INSTANTS, INSTANTS, DOLLARS, NAMES, NAMES, NAMES),
    other=st.none() | st.binary(max_size=100),
)
def test_what_was_put_is_given_back_to_the_byte(
    backend: DatabaseBackend, readable: str, stored: StoredEntry, other: bytes | None
) -> None:
    body = b"j" + readable.encode() if other is None else other
    entry = NewEntry(stored._replace(body=body), readable, other is None, ("tag",), "{}", 0)
    backend.put(SHOP, "key", 0, entry)

    assert backend.get(SHOP, "key", 0) == entry.stored


@pytest.mark.parametrize(
    ("readable", "shown"), [('{"a":[1,"x"]}', {"a": [1, "x"]}), ("1.5", 1.5), ('"\\u0000"', '"\\u0000"')]
)
def test_the_readable_form_is_json(runtime: Runtime, backend: DatabaseBackend, readable: str, shown: object) -> None:
    stored = StoredEntry(b"j" + readable.encode(), 1, 1, 1, Decimal(1))
    backend.put(SHOP, "key", 0, NewEntry(stored, readable, is_readable_exact=True, tags=(), parts="{}", created_ns=0))
    with reading(runtime.engine) as connection:
        found = connection.scalar(text("SELECT output_data FROM workflow_cache_entries"))

    if connection.dialect.name == "sqlite":
        assert found == readable
    else:
        assert found == shown

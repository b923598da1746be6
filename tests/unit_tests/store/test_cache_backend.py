"""Results are given back as they were put, to whom they belong; on both databases."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store.cache_backend import DatabaseBackend, database_backend
from longpole.store.engine import reading, writing

SHOP, OTHER = Scope("shop", "trip"), Scope("shop", "other")
NOW_NS = 1_795_600_000_000_000_000
HOUR_NS = 3_600_000_000_000


def entry(readable: str = '{"text":"Hi"}', **changes: Any) -> NewEntry:
    stored = StoredEntry(
        body=b"j" + readable.encode(),
        expires_ns=NOW_NS + HOUR_NS,
        stale_until_ns=NOW_NS + 2 * HOUR_NS,
        elapsed_ns=1_500_000_000,
        cost_usd=Decimal("0.25"),
        node_type="llm",
        node_id="answer",
        node_class="sampling",
    )
    return NewEntry(
        stored._replace(**changes), readable, is_readable_exact=True, tags=(), parts="{}", created_ns=NOW_NS
    )


@pytest.fixture
def backend(runtime: Runtime) -> Iterator[DatabaseBackend]:
    # Nothing here is about time: a busy machine may take longer than a workflow would be made to wait.
    made = database_backend(runtime.engine, budget_s=10, write_wait_s=10)
    yield made
    made.close()


def test_what_was_put_is_given_back(backend: DatabaseBackend) -> None:
    backend.put(SHOP, "key", 0, entry())

    assert backend.get(SHOP, "key", 0) == entry().stored
    assert backend.get(SHOP, "other key", 0) is None


def test_what_is_not_known_stays_unknown(backend: DatabaseBackend) -> None:
    backend.put(SHOP, "key", 0, entry(cost_usd=None, node_type="", node_id="", node_class=""))

    assert backend.get(SHOP, "key", 0) == entry(cost_usd=None, node_type="", node_id="", node_class="").stored


def test_another_scope_has_its_own(backend: DatabaseBackend) -> None:
    backend.put(SHOP, "key", 0, entry('"mine"'))
    backend.put(OTHER, "key", 0, entry('"theirs"'))

    assert [backend.get(scope, "key", 0) for scope in (SHOP, OTHER, Scope("trip", "shop"))] == [
        entry('"mine"').stored,
        entry('"theirs"').stored,
        None,
    ]


def test_the_newest_result_takes_the_place_of_the_one_before(backend: DatabaseBackend, runtime: Runtime) -> None:
    backend.put(SHOP, "key", 0, entry('"old"'))
    backend.put(SHOP, "key", 0, entry('"new"'))

    assert backend.get(SHOP, "key", 0) == entry('"new"').stored
    with reading(runtime.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM workflow_cache_entries")) == 1


def test_bytes_of_any_kind(backend: DatabaseBackend) -> None:
    body = b"Z\0\xff" + bytes(range(256)) * 5_000
    binary = entry()._replace(is_readable_exact=False, readable=None)
    backend.put(SHOP, "key", 0, binary._replace(stored=binary.stored._replace(body=body)))

    found = backend.get(SHOP, "key", 0)
    assert found is not None
    assert found.body == body


def test_two_keys_of_one_hash_are_never_each_others_result(backend: DatabaseBackend, runtime: Runtime) -> None:
    backend.put(SHOP, "key", 0, entry())
    with writing(runtime.engine) as connection:
        connection.execute(text("UPDATE cache_results SET cache_key = 'of the same hash'"))

    assert backend.get(SHOP, "key", 0) is None


def test_one_at_a_time_has_a_lease(backend: DatabaseBackend) -> None:
    assert backend.lease(SHOP, "key", "mine", 60)
    assert not backend.lease(SHOP, "key", "theirs", 60)
    assert backend.lease(SHOP, "key", "mine", 60)
    assert backend.lease(OTHER, "key", "theirs", 60)

    backend.release(SHOP, "key", "theirs")
    assert not backend.lease(SHOP, "key", "theirs", 60)
    backend.release(SHOP, "key", "mine")
    assert backend.lease(SHOP, "key", "theirs", 60)


def test_a_lease_ends_by_itself_and_with_its_result(backend: DatabaseBackend) -> None:
    assert backend.lease(SHOP, "key", "mine", 0.05)
    time.sleep(0.1)
    assert backend.lease(SHOP, "key", "theirs", 60)
    backend.put(SHOP, "key", 0, entry())
    assert backend.lease(SHOP, "key", "somebody's", 60)


def test_a_closed_backend_refuses_everybody(backend: DatabaseBackend) -> None:
    backend.put(SHOP, "key", 0, entry())
    backend.close()
    refused: list[BaseException] = []

    def ask() -> None:
        try:
            backend.get(SHOP, "key", 0)
        except Exception as error:  # noqa: BLE001 - compared below
            refused.append(error)

    other = threading.Thread(target=ask)
    other.start()
    other.join()
    assert [type(error) for error in refused] == [StorageUnavailableError]
    with pytest.raises(Exception, match="closed"):
        backend.get(SHOP, "key", 0)


def test_many_threads_at_once(backend: DatabaseBackend) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        for turn in range(20):
            key, readable = f"{number}-{turn}", f'"{number} {turn}"'
            backend.put(SHOP, key, 0, entry(readable))
            if backend.get(SHOP, key, 0) != entry(readable).stored:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

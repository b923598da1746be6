"""What a preview says is what goes, to the entry and the byte, on every backend; asking takes nothing out."""

from typing import Any

import pytest

from cache_scenes import Clock, store
from longpole.domain.cache import Removal
from longpole.domain.scopes import use_scope
from longpole.services import cache_invalidation
from longpole.services.cache import WorkflowCacheService as Cache

pytestmark = pytest.mark.usefixtures("cache_runtime")
NOTHING: dict[str, Any] = dict.fromkeys(
    ("node_type", "older_than_hours", "app_id", "workflow_id", "node_id", "cache_key", "tag")
)


def preview(**given: Any) -> Removal:
    """What an invalidation would come to."""
    return cache_invalidation.measured(cache_invalidation.criteria(**{**NOTHING, "everything": False, **given}))


@pytest.mark.parametrize(
    ("criterion", "entries"),
    [
        ({"node_type": "llm"}, 2),
        ({"node_id": "a"}, 1),
        ({"tag": "t2"}, 2),
        ({"tag": "t"}, 0),
        ({"older_than_hours": 1}, 1),
        ({"older_than_hours": 1, "tag": "t1"}, 1),
        ({"node_type": "code", "tag": "t1"}, 0),
        ({"everything": True}, 3),
        ({"app_id": "default"}, 3),
    ],
    ids=str,
)
def test_it_is_what_goes(clock: Clock, criterion: dict[str, Any], entries: int) -> None:
    store("a", {"n": 1}, node_id="a", tags=["t1", "t2"])
    clock.pass_hours(1.5)
    store("b", {"n": 2}, node_id="b", tags=["t2"])
    store("c", {"n": 3}, node_type="code", node_id="code")
    with use_scope("another", "default"):
        store("d", {"n": 1}, node_id="a", tags=["t1"])
    before = Cache.get_cache_statistics()

    told = preview(**criterion)

    assert told.entries == entries
    assert Cache.get_cache_statistics().entries == before.entries == 3
    assert Cache.invalidate_cache(**criterion) == entries
    after = Cache.get_cache_statistics()
    assert (before.entries - after.entries, before.bytes - after.bytes) == (told.entries, told.bytes)
    assert preview(**criterion) == Removal(0, 0)


def test_what_has_expired_goes_as_well(clock: Clock) -> None:
    store("old", {"n": 1}, ttl_hours=1)
    store("new", {"n": 2}, ttl_hours=4)
    clock.pass_hours(2)
    assert preview(everything=True).entries == 2
    expired = cache_invalidation.measured_expired()
    assert expired.entries == 1
    assert expired.bytes > 0

    assert Cache.cleanup_expired_cache() == 1

    assert cache_invalidation.measured_expired() == Removal(0, 0)
    assert preview(everything=True).entries == 1

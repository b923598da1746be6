"""Invalidation by every criterion, and nothing of one scope in another, on every backend."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cache_scenes import CONFIG, INPUTS, Clock, compute, forget_memory, store
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import use_scope
from longpole.services.cache import WorkflowCacheService as Cache

pytestmark = pytest.mark.usefixtures("cache_runtime")


class TestInvalidation:
    @pytest.mark.parametrize(
        ("criterion", "left"),
        [
            ({"node_type": "llm"}, ["code"]),
            ({"node_type": "tool"}, ["a", "b", "code"]),
            ({"node_id": "a"}, ["b", "code"]),
            ({"tag": "t1"}, ["b", "code"]),
            ({"tag": "t2"}, ["code"]),
            ({"node_type": "llm", "tag": "t1"}, ["b", "code"]),
            ({"older_than_hours": 1}, ["b", "code"]),
            ({"everything": True}, []),
        ],
        ids=str,
    )
    def test_by_every_criterion(self, clock: Clock, criterion: dict[str, Any], left: list[str]) -> None:
        keys = {"a": store("a", {"n": 1}, node_id="a", tags=["t1", "t2"])}
        clock.pass_hours(1.5)
        keys["b"] = store("b", {"n": 2}, node_id="b", tags=["t2"])
        keys["code"] = store("c", {"n": 3}, node_type="code", node_id="code")
        for key in keys.values():
            assert Cache.get_cached_result(key)
        assert Cache.invalidate_cache(**criterion) == 3 - len(left)
        for _ in range(2):
            assert {name for name, key in keys.items() if Cache.get_cached_result(key) is not None} == set(left)
            forget_memory()

    def test_by_key(self) -> None:
        one, other = store("1", {"n": 1}), store("2", {"n": 2})
        assert Cache.invalidate_cache(cache_key=one) == 1
        assert Cache.get_cached_result(one) is None
        assert Cache.get_cached_result(other) == "2"

    def test_without_a_criterion_it_refuses(self) -> None:
        key = store("x")
        with pytest.raises(InvalidInputError, match="everything=True"):
            Cache.invalidate_cache()
        assert Cache.get_cached_result(key) == "x"

    def test_a_new_version_has_other_results(self) -> None:
        key = store("one", version="1")
        assert Cache.generate_cache_key("llm", CONFIG, INPUTS, version="2") != key


class TestScopes:
    def test_two_applications_with_the_same_inputs_never_meet(self) -> None:
        apps = ("one", "two")
        keys = {app: store(f"of {app}", app_id=app, workflow_id="w") for app in apps}
        assert keys["one"] != keys["two"]
        for app in apps:
            assert Cache.get_cached_result(keys[app], app_id=app, workflow_id="w") == f"of {app}"
            other = keys["two" if app == "one" else "one"]
            assert Cache.get_cached_result(other, app_id=app, workflow_id="w") is None
            assert Cache.get_cached_result(other) is None
        assert Cache.invalidate_cache(everything=True) == 0
        assert Cache.invalidate_cache(app_id="one", workflow_id="other") == 0
        assert Cache.invalidate_cache(app_id="one", cache_key=keys["two"]) == 0
        assert Cache.cleanup_expired_cache(app_id="one", workflow_id="w") == 0
        assert Cache.get_cache_statistics("one", "w").hits == 1
        assert Cache.get_cache_statistics("one", "w").entries == 1
        assert Cache.get_cache_statistics().hits == 0
        assert [node.hits for node in Cache.get_top_cached_nodes("two", "w")] == [1]
        assert Cache.get_top_cached_nodes() == ()
        assert Cache.explain_key(keys["one"], "two", "w").state == "absent"
        assert Cache.invalidate_cache(app_id="one") == 1
        assert Cache.get_cached_result(keys["two"], app_id="two", workflow_id="w") == "of two"

    def test_the_same_key_in_two_scopes_is_two_entries(self) -> None:
        for app in ("one", "two"):
            Cache.store_cached_result("k", "llm", {}, {}, app, 1.0, app_id=app, workflow_id="w")
        assert Cache.get_cached_result("k", app_id="one", workflow_id="w") == "one"
        assert Cache.get_cached_result("k", app_id="two", workflow_id="w") == "two"
        assert Cache.get_cached_result("k", app_id="one", workflow_id="other") is None

    def test_the_current_scope_is_meant_where_none_is_said(self) -> None:
        with use_scope("one", "w"):
            key = store("x")
            assert Cache.get_cached_result(key) == "x"
        assert Cache.get_cached_result(key) is None
        assert Cache.get_cached_result(key, app_id="one", workflow_id="w") == "x"

    def test_single_flight_is_by_scope_too(self) -> None:
        both = threading.Barrier(2)

        def ask(app: str) -> Any:
            return compute(lambda: (both.wait(30), app)[1], app_id=app, workflow_id="w")

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(ask, ["one", "two"])) == ["one", "two"]

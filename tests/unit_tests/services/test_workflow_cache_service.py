"""The contract of the node cache, on both databases and on Redis: never a wrong hit."""

import math
import threading
from decimal import Decimal
from typing import Any

import pytest

from cache_scenes import CONFIG, INPUTS, Clock, Counting, compute, forget_memory, store, until
from longpole import runtime as runtime_module
from longpole.domain.errors import InvalidInputError
from longpole.runtime import Runtime
from longpole.settings import Settings
from services.workflow_cache_service import WorkflowCacheService as Cache

pytestmark = pytest.mark.usefixtures("cache_runtime")


class TestResults:
    def test_the_contracts_calls(self) -> None:
        key = Cache.generate_cache_key(node_type="llm", node_config=CONFIG, input_data=INPUTS)
        assert Cache.get_cached_result(key) is None
        Cache.store_cached_result(
            cache_key=key, node_type="llm", node_config=CONFIG, input_data=INPUTS, output_data={"text": "Hi"},
            execution_time=5.0, ttl_hours=24,
        )  # fmt: skip
        assert Cache.get_cached_result(key) == {"text": "Hi"}
        statistics = Cache.get_cache_statistics()
        assert (statistics.hits, statistics.misses, statistics.hit_rate, statistics.time_saved) == (1, 1, 50.0, 5.0)
        assert Cache.cleanup_expired_cache() == 0
        assert Cache.invalidate_cache(node_type="llm") == 1
        assert Cache.get_cached_result(key) is None

    @pytest.mark.parametrize("output", [None, False, 0, "", [], {}, 0.0, (), b""], ids=repr)
    def test_what_is_empty_is_a_hit(self, output: Any) -> None:
        key = store(output)
        missing = object()
        for _ in range(2):
            found = Cache.get_cached_result(key, missing)
            assert (type(found), found) == (type(output), output)
            forget_memory()

    @pytest.mark.parametrize(
        "output", [{"x": [1, 2.5, -0.0, None, True]}, {"n": math.inf}, (1, ("a", b"\x00")), {1: "a", "1": "b"}, 2**80,
                   "nul \x00 inside", "12", 12, 1.0, "null", "word " * 20_000], ids=lambda value: repr(value)[:20],
    )  # fmt: skip
    def test_exactly_what_was_stored_comes_back(self, output: Any) -> None:
        key = store(output)
        for _ in range(2):
            assert repr(Cache.get_cached_result(key)) == repr(output)
            forget_memory()

    def test_mutating_what_is_returned_changes_nothing(self) -> None:
        produce = Counting({"list": [1]})
        for _ in range(3):
            compute(produce)["list"].append(2)
        assert compute(produce) == {"list": [1]}
        assert produce.calls == 1

    def test_mutating_what_was_stored_changes_nothing(self) -> None:
        output = {"list": [1]}
        key = store(output)
        output["list"].append(2)
        assert Cache.get_cached_result(key) == {"list": [1]}

    def test_a_later_result_replaces_an_earlier_one(self) -> None:
        store("old")
        key = store("new")
        assert Cache.get_cached_result(key) == "new"
        forget_memory()
        assert Cache.get_cached_result(key) == "new"
        assert Cache.get_cache_statistics().entries == 1

    def test_any_text_may_be_a_key(self) -> None:
        for key in ("a", "a/b", "ü \x01 '\"; --", "k" * 255):
            assert Cache.store_cached_result(key, "llm", {}, {}, key, 1.0)
            forget_memory()
            assert Cache.get_cached_result(key) == key

    @pytest.mark.parametrize(
        ("field", "value"),
        [("cache_key", ""), ("cache_key", 1), ("cache_key", "k" * 256), ("execution_time", -1), ("execution_time", "5"),
         ("execution_time", math.nan), ("ttl_hours", -1), ("ttl_hours", "x"), ("tags", "tag"), ("app_id", "")],
    )  # fmt: skip
    def test_what_is_wrong_is_named_and_nothing_is_stored(self, field: str, value: Any) -> None:
        given: dict[str, Any] = {
            "cache_key": "k", "node_type": "llm", "node_config": {}, "input_data": {}, "output_data": 1,
            "execution_time": 1.0, field: value,
        }  # fmt: skip
        with pytest.raises(InvalidInputError) as wrong:
            Cache.store_cached_result(**given)
        assert wrong.value.field == field
        assert Cache.get_cached_result("k") is None


class TestFreshness:
    def test_expired_is_never_served(self, clock: Clock) -> None:
        key = store("x", ttl_hours=2)
        clock.pass_hours(1.999)
        assert Cache.get_cached_result(key) == "x"
        clock.pass_hours(0.002)
        assert Cache.get_cached_result(key) is None
        forget_memory()
        assert Cache.get_cached_result(key) is None
        assert Cache.cleanup_expired_cache() == 1

    @pytest.mark.parametrize(
        ("node_type", "config", "hours"),
        [("llm", {}, 24), ("http_request", {}, 6), ("code", {}, 48), ("llm", {"cache": {"ttl_hours": 2}}, 2)],
    )
    def test_how_long_is_said_by_type_and_node(
        self, clock: Clock, node_type: str, config: dict[str, Any], hours: float
    ) -> None:
        key = store("x", config=config, node_type=node_type)
        clock.pass_hours(hours - 0.01)
        assert Cache.get_cached_result(key) == "x"
        clock.pass_hours(0.02)
        assert Cache.get_cached_result(key) is None

    def test_the_setting_by_type(self, where: dict[str, Any], clock: Clock) -> None:
        made = Runtime(Settings(**where, cache_ttl_hours={"llm": 1}), clock=clock)
        with runtime_module.use(made):
            key = store("x")
            clock.pass_hours(1.1)
            assert Cache.get_cached_result(key) is None
        made.close()

    def test_a_ttl_of_nothing_stores_nothing(self) -> None:
        assert not Cache.store_cached_result("k", "llm", {}, {}, "x", 1.0, ttl_hours=0)
        assert Cache.get_cached_result("k") is None
        assert Cache.get_cache_statistics().bypassed == {"no_ttl": 1}

    def test_stale_is_served_while_it_is_made_anew(self, clock: Clock) -> None:
        made = threading.Event()
        produce = Counting("old", "new")

        def noted() -> Any:
            result = produce()
            made.set()
            return result

        options = {"ttl_hours": 1, "stale_while_revalidate_hours": 1}
        assert compute(noted, **options) == "old"
        made.clear()
        clock.pass_hours(1.5)
        assert compute(noted, **options) == "old"
        assert made.wait(10)
        until(lambda: compute(noted, **options) == "new")
        assert produce.calls == 2
        assert Cache.get_cache_statistics().stale >= 1

    def test_stale_is_not_served_to_who_did_not_ask_for_it(self, clock: Clock) -> None:
        produce = Counting("old", "new")
        compute(produce, ttl_hours=1, stale_while_revalidate_hours=1)
        clock.pass_hours(1.5)
        key = Cache.generate_cache_key("llm", CONFIG, INPUTS)
        assert Cache.get_cached_result(key) is None
        assert compute(produce, ttl_hours=1) == "new"

    def test_stale_is_served_if_the_node_fails(self, clock: Clock) -> None:
        produce = Counting("old", ConnectionError("down"))
        options = {"ttl_hours": 1, "stale_if_error_hours": 2}
        assert compute(produce, **options) == "old"
        clock.pass_hours(2.9)
        assert compute(produce, **options) == "old"
        clock.pass_hours(0.2)
        with pytest.raises(ConnectionError, match="down"):
            compute(produce, **options)
        assert Cache.get_cache_statistics().stale == 1

    def test_the_nodes_configuration_says_the_same(self, clock: Clock) -> None:
        produce = Counting("old", ConnectionError("down"))
        config = {"cache": {"ttl_hours": 1, "stale_if_error_hours": 2}}
        assert compute(produce, node_config=config) == "old"
        clock.pass_hours(2)
        assert compute(produce, node_config=config) == "old"


class TestWhatIsKept:
    def test_failures_are_never_kept(self) -> None:
        produce = Counting(ValueError("no"), "fine")
        with pytest.raises(ValueError, match="no"):
            compute(produce)
        assert compute(produce) == "fine"

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"node_type": "start"}, "never"),
            ({"node_config": {"cache": False}}, "disabled"),
            ({"node_type": "http_request", "node_config": {"method": "POST"}}, "side_effects"),
            ({"mode": "off"}, "off"),
            ({"inputs": {"x": {1, 2}}}, "input_type"),
            ({"min_seconds": 1000.0}, "too_quick"),
            ({"ttl_hours": 0}, "no_ttl"),
        ],
    )
    def test_what_is_not_kept_runs_each_time_and_is_counted_with_the_reason(
        self, more: dict[str, Any], reason: str
    ) -> None:
        produce = Counting("x")
        assert [compute(produce, **more) for _ in range(2)] == ["x", "x"]
        assert produce.calls == 2
        assert Cache.get_cache_statistics().bypassed == {reason: 2}

    def test_what_cannot_be_kept_exactly_runs_each_time(self) -> None:
        produce = Counting({1, 2})
        assert [compute(produce) for _ in range(2)] == [{1, 2}] * 2
        assert Cache.get_cache_statistics().bypassed == {"output_type": 2}

    def test_what_is_too_large_is_not_kept(self, where: dict[str, Any]) -> None:
        made = Runtime(Settings(**where, cache_max_entry=1_000))
        with runtime_module.use(made):
            produce = Counting("x" * 2_000)
            assert [compute(produce) for _ in range(2)] == ["x" * 2_000] * 2
            assert Cache.get_cache_statistics().bypassed == {"too_large": 2}
        made.close()

    def test_a_result_that_was_invalidated_while_it_was_made_is_not_kept(self) -> None:
        def produce() -> str:
            Cache.invalidate_cache(everything=True)
            store("something", inputs={"other": 1})
            Cache.invalidate_cache(everything=True)
            return "made from what was wrong"

        assert compute(produce) == "made from what was wrong"
        assert compute(lambda: "anew") == "anew"

    def test_should_cache_node(self) -> None:
        assert Cache.should_cache_node("llm", {}, 0.2)
        assert not Cache.should_cache_node("llm", {}, 0.05)
        assert not Cache.should_cache_node("start", {}, 9.0)
        assert not Cache.should_cache_node("llm", {"cache": False}, 9.0)
        assert Cache.DEFAULT_TTL_HOURS == {
            "llm": 24, "http_request": 6, "code": 48, "tool": 12, "knowledge_retrieval": 24, "template_transform": 72,
            "default": 24,
        }  # fmt: skip

    def test_explicit_stores_respect_what_the_node_forbids(self) -> None:
        assert not Cache.store_cached_result("k", "llm", {"cache": False}, {}, "x", 5.0)
        assert not Cache.store_cached_result("k", "http_request", {"method": "PUT"}, {}, "x", 5.0)
        assert not Cache.store_cached_result("k", "answer", {}, {}, "x", 5.0)
        assert Cache.store_cached_result("k", "llm", {}, {}, "x", 0.01)


class TestFigures:
    def test_what_it_saved(self) -> None:
        produce = Counting({"text": "Hi"})
        compute(produce, node_id="answer", cost=Decimal("0.02"))
        for _ in range(3):
            compute(produce, node_id="answer", cost=Decimal("0.02"))
        statistics = Cache.get_cache_statistics()
        assert (statistics.hits, statistics.misses, statistics.stores) == (3, 1, 1)
        assert statistics.hit_rate == 75.0
        assert statistics.cost_saved == Decimal("0.06")
        assert (statistics.entries, statistics.errors, statistics.evictions) == (1, 0, 0)
        assert statistics.bytes > 0
        (by_type,) = statistics.by_node_type
        assert (by_type.node_type, by_type.node_class, by_type.hits) == ("llm", "sampling", 3)
        (by_hour,) = statistics.by_hour
        assert by_hour.hits == 3
        (top,) = Cache.get_top_cached_nodes(by="cost_saved")
        assert (top.node_id, top.hits, top.cost_saved, top.entries) == ("answer", 3, Decimal("0.06"), 1)

    def test_figures_outlive_the_entries_and_cover_misses(self, clock: Clock) -> None:
        key = store("x", ttl_hours=1)
        Cache.get_cached_result(key)
        assert Cache.get_cache_statistics().hits == 1  # what is counted is written at least once a second
        clock.pass_hours(2)
        Cache.get_cached_result(key)
        assert Cache.cleanup_expired_cache() == 1
        Cache.invalidate_cache(everything=True)
        statistics = Cache.get_cache_statistics()
        assert (statistics.hits, statistics.misses, statistics.time_saved, statistics.entries) == (1, 1, 5.0, 0)
        assert [(item.node_type, item.misses) for item in statistics.by_node_type] == [("llm", 1)]
        assert [hour.hits + hour.misses for hour in statistics.by_hour] == [1, 1]

    def test_of_one_type_only(self) -> None:
        one, other = store("1", {"n": 1}), store("2", {"n": 2}, node_type="code")
        Cache.get_cached_result(one)
        Cache.get_cached_result(other)
        assert Cache.get_cache_statistics(node_type="code").hits == 1

    def test_nobody_asked(self) -> None:
        statistics = Cache.get_cache_statistics("nobody", "nothing")
        assert (statistics.hits, statistics.hit_rate, statistics.by_hour, statistics.bypassed) == (0, None, (), {})

    @pytest.mark.parametrize("days", [0, 366, True, "7"])
    def test_days_are_checked(self, days: Any) -> None:
        with pytest.raises(InvalidInputError):
            Cache.get_cache_statistics(days=days)

    def test_shadow_mode_says_what_it_would_have_brought(self) -> None:
        produce = Counting("same", "same", "another")
        assert [compute(produce, mode="shadow") for _ in range(3)] == ["same", "same", "another"]
        assert produce.calls == 3
        shadow = Cache.get_cache_statistics().shadow
        assert shadow is not None
        assert (shadow.would_hit, shadow.misses, shadow.matched, shadow.mismatched) == (2, 1, 1, 1)
        assert Cache.get_cache_statistics().hits == 0

    def test_a_key_is_explained_without_its_payloads(self) -> None:
        config = {"model": "gpt-4", "temperature": 0.7, "api_key": "sk-secret", "prompt": "long " * 50}
        key = store("x", {"prompt": "private"}, config=config, node_id="answer")
        explained = Cache.explain_key(key)
        assert (explained.state, explained.node_type, explained.node_id, explained.node_class) == (
            "fresh", "llm", "answer", "sampling",
        )  # fmt: skip
        assert explained.parts["node_config.model"] == "gpt-4"
        assert explained.parts["node_config.temperature"] == "0.7"
        shown = str(explained)
        assert "sk-secret" not in shown
        assert "private" not in shown
        assert "long long" not in shown

    def test_what_is_not_there_is_explained(self) -> None:
        assert Cache.explain_key("lp1_" + "0" * 64).state == "absent"

"""Real LangGraph graphs with `LongpoleCache`: what is served, what never is, and what is known of it."""

import asyncio
import operator
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, TypedDict

import numpy as np
import pytest
from langgraph.cache.base import BaseCache
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy, Send

import longpole
from longpole import runtime as runtime_module
from longpole.caching.policy import Mode
from longpole.integrations.langgraph import LongpoleCache
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService
from longpole.settings import Settings

_PROGRAM = """
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy
from longpole.integrations.langgraph import LongpoleCache

WORDS = {"b": 2, "a": 1}


def work(state):
    print("ran")
    return {"made": sorted(word for word in WORDS if word in {"a", "b", "c"})}


graph = StateGraph(dict)
graph.add_node("work", work, cache_policy=CachePolicy(ttl=60))
graph.add_edge(START, "work")
print(graph.compile(cache=LongpoleCache("shop", "w")).invoke({"given": {"x": 1}}))
"""


class State(TypedDict, total=False):
    given: Any
    made: Any


class Counting:
    """Counts how often a node runs; out of sight of its version, as a counter in a program would be."""

    def __init__(self, answer: Any = None) -> None:
        self._answer = answer
        self._runs: list[State] = []

    def __call__(self, state: State) -> State:
        self._runs.append(state)
        return {"made": [state["given"], self._answer]}

    @property
    def ran(self) -> int:
        return len(self._runs)


def graph_of(node: Any, cache: Any, name: str | None = None, **policy: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("work", node, cache_policy=CachePolicy(**policy))
    graph.add_edge(START, "work")
    graph.add_edge("work", END)
    return graph.compile(cache=cache, name=name)


def statistics() -> Any:
    return WorkflowCacheService.get_cache_statistics("shop", "checkout")


@pytest.fixture
def cache() -> LongpoleCache[Any]:
    return LongpoleCache("shop", "checkout")


class TestServed:
    def test_the_second_run_is_served_by_every_way_to_run_a_graph(self, cache: LongpoleCache[Any]) -> None:
        node = Counting()
        graph = graph_of(node, cache)
        expected = {"given": 1, "made": [1, None]}

        async def stream() -> list[Any]:
            return [each async for each in graph.astream({"given": 1}, stream_mode="updates")]

        assert graph.invoke({"given": 1}) == expected
        assert graph.invoke({"given": 1}) == expected
        assert asyncio.run(graph.ainvoke({"given": 1})) == expected
        served = [{"work": {"made": [1, None]}, "__metadata__": {"cached": True}}]
        assert list(graph.stream({"given": 1}, stream_mode="updates")) == served
        assert asyncio.run(stream()) == served
        assert node.ran == 1
        assert (statistics().hits, statistics().misses, statistics().stores) == (4, 1, 1)
        graph.invoke({"given": 2})
        assert node.ran == 2

    def test_a_run_whose_nodes_take_long_is_ten_times_as_fast_and_the_statistics_know_it(
        self, cache: LongpoleCache[Any]
    ) -> None:
        ran = []

        def slow(state: State) -> State:
            ran.append(1)
            time.sleep(0.5)
            return {"made": state["given"]}

        graph = graph_of(slow, cache)
        spent = []
        for _ in range(2):
            begun = time.perf_counter()
            graph.invoke({"given": 1})
            spent.append(time.perf_counter() - begun)
        assert len(ran) == 1
        assert statistics().time_saved == pytest.approx(0.5, abs=0.2)
        assert spent[0] > 10 * spent[1]

    def test_processes_with_other_hash_seeds_are_served(self, here: Runtime, tmp_path: Path) -> None:
        program = tmp_path / "program.py"
        program.write_text(_PROGRAM)
        said = [
            subprocess.run(
                [sys.executable, program],
                env={**os.environ, "PYTHONHASHSEED": seed, "LONGPOLE_DATABASE_URL": here.settings.database_url},
                capture_output=True, text=True, check=True, timeout=60,
            ).stdout
            for seed in ("1", "2")
        ]  # fmt: skip
        assert said == ["ran\n{'made': ['a', 'b']}\n", "{'made': ['a', 'b']}\n"]

    def test_postgresql(self, cache: LongpoleCache[Any], postgres_url: str) -> None:
        node = Counting((1, {"a"}, b"\x00", "\x00"))
        graph = graph_of(node, cache)
        for _ in range(2):
            on = Runtime(Settings(database_url=postgres_url))
            with runtime_module.use(on):
                assert graph.invoke({"given": 1})["made"] == [1, (1, {"a"}, b"\x00", "\x00")]
            on.close()
        assert node.ran == 1

    def test_threads_that_run_graphs_at_once_get_each_their_own(self, cache: LongpoleCache[Any]) -> None:
        graph = graph_of(Counting(), cache)
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda number: graph.invoke({"given": number % 5})["made"], range(200)))
        assert made == [[number % 5, None] for number in range(200)]
        assert statistics().hits + statistics().misses == 200
        assert statistics().errors == 0

    def test_another_process_is_served(self, cache: LongpoleCache[Any], here: Runtime) -> None:
        node = Counting()
        graph_of(node, cache).invoke({"given": 1})
        elsewhere = Runtime(Settings(database_url=here.settings.database_url))
        with runtime_module.use(elsewhere):
            assert graph_of(node, LongpoleCache("shop", "checkout")).invoke({"given": 1})["made"] == [1, None]
        elsewhere.close()
        assert node.ran == 1

    def test_the_policy_says_for_how_long_and_the_type_where_it_does_not(self, here: Runtime) -> None:
        for number, (ttl, node_types) in enumerate([(90, {}), (None, {}), (None, {"work": "tool"})]):
            cache: LongpoleCache[Any] = LongpoleCache("shop", f"w{number}", node_types=node_types)
            graph_of(Counting(), cache, ttl=ttl).invoke({"given": 1})
        with here.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT ROUND((JULIANDAY(expires_at) - JULIANDAY(created_at)) * 86400) FROM workflow_cache_entries "
                "ORDER BY workflow_id"
            ).scalars()
            assert [float(each) for each in found] == [90.0, 24 * 3600.0, 12 * 3600.0]

    def test_an_expired_result_is_made_again(self, cache: LongpoleCache[Any], here: Runtime) -> None:
        node = Counting()
        graph = graph_of(node, cache, ttl=60)
        graph.invoke({"given": 1})
        later = Runtime(Settings(database_url=here.settings.database_url), clock=lambda: time.time_ns() + 61 * 10**9)
        with runtime_module.use(later):
            graph.invoke({"given": 1})
        later.close()
        assert node.ran == 2

    def test_the_key_function_of_the_policy_decides(self, cache: LongpoleCache[Any]) -> None:
        node = Counting()
        graph = graph_of(node, cache, key_func=lambda state: state["given"]["id"])
        graph.invoke({"given": {"id": "a", "trace": 1}})
        graph.invoke({"given": {"id": "a", "trace": 2}})
        graph.invoke({"given": {"id": "b", "trace": 1}})
        assert node.ran == 2

    def test_tasks_of_the_functional_api(self, cache: LongpoleCache[Any]) -> None:
        ran = []

        @task(cache_policy=CachePolicy())
        def double(number: int) -> int:
            ran.append(number)
            return 2 * number

        @entrypoint(cache=cache)
        def flow(number: int) -> int:
            return double(number).result()

        assert [flow.invoke(2), flow.invoke(2), flow.invoke(3), ran] == [4, 4, 6, [2, 3]]

    def test_a_fan_out_of_equal_inputs(self, cache: LongpoleCache[Any]) -> None:
        class Many(TypedDict, total=False):
            made: Annotated[list[Any], operator.add]

        ran = []

        def work(given: Any) -> Any:
            ran.append(given)
            return {"made": [given]}

        graph = StateGraph(Many)
        graph.add_node("work", work, cache_policy=CachePolicy())
        graph.add_conditional_edges(START, lambda _state: [Send("work", each) for each in ("a", "a", "b")], ["work"])
        compiled = graph.compile(cache=cache)
        for _ in range(2):
            assert sorted(compiled.invoke({})["made"]) == ["a", "a", "b"]
        assert ran.count("b") == 1
        assert statistics().hits + statistics().misses == 6


class TestNeverServed:
    def test_nodes_of_one_name_that_do_something_else(self, cache: LongpoleCache[Any]) -> None:
        """Langgraph #8753: what is no plain function has no namespace of its own."""
        plus: Callable[[State], State] = lambda state: {"made": state["given"] + 1}  # noqa: E731 - that is the point
        minus: Callable[[State], State] = lambda state: {"made": state["given"] - 1}  # noqa: E731

        class Handler:
            def __init__(self, answer: str) -> None:
                self.answer = answer

            def __call__(self, state: State) -> State:
                return {"made": [self.answer, state["given"]]}

        def closed(answer: int) -> Callable[[State], State]:
            def work(state: State) -> State:
                return {"made": answer + state["given"]}

            return work

        for one, other in ((plus, minus), (Handler("a"), Handler("b")), (closed(1), closed(2))):
            first, second = (graph_of(each, cache).invoke({"given": 5})["made"] for each in (one, other))
            assert first != second

    def test_graphs_with_equal_nodes_and_other_names(self, cache: LongpoleCache[Any]) -> None:
        node = Counting()
        for name in ("one", "other", "one"):
            graph_of(node, cache, name).invoke({"given": 1})
        assert node.ran == 2

    def test_a_graph_inside_of_another_with_a_node_of_the_same_name(self, cache: LongpoleCache[Any]) -> None:
        inner = graph_of(Counting("inner"), None, "inner")
        outer = StateGraph(State)
        outer.add_node("work", Counting("outer"), cache_policy=CachePolicy())
        outer.add_node("inner", inner)
        outer.add_edge(START, "work")
        outer.add_edge("work", "inner")
        compiled = outer.compile(cache=cache, name="outer")
        for _ in range(2):
            assert compiled.invoke({"given": 1})["made"] == [1, "inner"]

    def test_graphs_as_nodes_that_differ_inside(self, cache: LongpoleCache[Any]) -> None:
        for answer in ("a", "b"):
            outer = StateGraph(State)
            outer.add_node("inner", graph_of(Counting(answer), None), cache_policy=CachePolicy())
            outer.add_edge(START, "inner")
            compiled = outer.compile(cache=cache)
            assert compiled.invoke({"given": 1})["made"] == [1, answer]

    def test_arrays_of_equal_bytes_and_other_types(self, cache: LongpoleCache[Any]) -> None:
        """Langgraph #8009."""
        graph = graph_of(lambda state: {"made": int(state["given"].sum())}, cache)
        made = [graph.invoke({"given": np.frombuffer(b"\xc8", dtype=kind)})["made"] for kind in (np.uint8, np.int8)]
        assert made == [200, -56]

    def test_other_scopes(self) -> None:
        node = Counting()
        for scope in (("a", "w"), ("b", "w"), ("a", "v")):
            graph_of(node, LongpoleCache(*scope)).invoke({"given": 1})
        assert node.ran == 3
        figures = [WorkflowCacheService.get_cache_statistics(*scope) for scope in (("a", "w"), ("b", "w"), ("a", "v"))]
        assert [(each.hits, each.misses, each.entries) for each in figures] == [(0, 1, 1)] * 3

    def test_another_version(self) -> None:
        node = Counting()
        for version in ("1", "2", None):
            graph_of(node, LongpoleCache("a", "w", version=version)).invoke({"given": 1})
        assert node.ran == 3

    def test_the_default_scope_is_the_current_one(self) -> None:
        node = Counting()
        graph = graph_of(node, LongpoleCache())
        for name in ("one", "other"):
            with longpole.workflow(name, app_id="a"):
                graph.invoke({"given": 1})
        assert node.ran == 2

    def test_failures(self, cache: LongpoleCache[Any]) -> None:
        outcomes: Iterator[Any] = iter([ValueError("no"), ValueError("no"), "yes"])

        def work(state: State) -> State:
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return {"made": outcome, "given": state["given"]}

        graph = graph_of(work, cache)
        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                graph.invoke({"given": 1})
        assert graph.invoke({"given": 1})["made"] == "yes"
        assert (statistics().hits, statistics().misses, statistics().stores) == (0, 3, 1)

    def test_after_it_was_cleared(self, cache: LongpoleCache[Any]) -> None:
        node = Counting()
        graph = graph_of(node, cache)
        graph.invoke({"given": 1})
        other = graph_of(Counting(), LongpoleCache("shop", "other"))
        other.invoke({"given": 1})
        graph.clear_cache()
        graph.invoke({"given": 1})
        asyncio.run(graph.aclear_cache(["work"]))
        graph.invoke({"given": 1})
        cache.clear()
        graph.invoke({"given": 1})
        assert node.ran == 4
        assert WorkflowCacheService.get_cache_statistics("shop", "other").entries == 1

    def test_what_was_cleared_while_it_was_made(self, cache: LongpoleCache[Any]) -> None:
        ran = []

        def work(state: State) -> State:
            ran.append(1)
            cache.clear()
            return {"made": state["given"]}

        graph_of(Counting(), cache).invoke({"given": 1})  # so that there is something to clear
        graph = graph_of(work, cache)
        graph.invoke({"given": 2})
        assert dict(statistics().bypassed) == {"invalidated_meanwhile": 1}

    def test_what_only_pickle_could_keep(self, cache: LongpoleCache[Any]) -> None:
        ran = []

        def work(state: State) -> State:
            ran.append(state)
            return {"made": lambda: 1}  # no serializer has a form for it

        graph = graph_of(work, cache)
        for _ in range(2):
            assert graph.invoke({"given": 1})["made"]() == 1
        assert (len(ran), dict(statistics().bypassed)) == (2, {"output_type": 2})

    def test_a_serializer_that_pickles_is_not_let(self) -> None:
        class Pickling(SerializerProtocol):
            def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
                return "pickle", repr(obj).encode()

            def loads_typed(self, data: tuple[str, bytes]) -> Any:
                raise AssertionError(data)

        node = Counting()
        graph = graph_of(node, LongpoleCache("shop", "checkout", serde=Pickling()))
        for _ in range(2):
            graph.invoke({"given": 1})
        assert (node.ran, dict(statistics().bypassed)) == (2, {"output_type": 2})

    def test_keys_that_langgraph_asks_for_in_a_way_that_we_do_not_know(self, cache: LongpoleCache[Any]) -> None:
        key = (("__pregel_ns_writes", "__dynamic__", "work"), "0" * 32)
        cache.set({key: ([("made", 1)], None)})
        assert cache.get([key]) == {}
        assert statistics().stores == 0


class TestByHand:
    def test_it_is_a_cache_as_any_other(self, cache: LongpoleCache[Any]) -> None:
        """Whoever has keys of his own, in namespaces of his own, may use it."""
        assert isinstance(cache, BaseCache)
        one, two = (("mine", "a"), "k"), (("mine", "b"), "k")
        cache.set({one: ({"x": (1, 2)}, 60), two: ([None], None)})
        assert cache.get([one, two, (("mine", "c"), "k")]) == {one: {"x": (1, 2)}, two: [None]}
        cache.clear([("mine", "a")])
        assert asyncio.run(cache.aget([one, two])) == {two: [None]}
        asyncio.run(cache.aclear())
        assert cache.get([two]) == {}


class TestRecorded:
    def test_runs_of_the_sdk_have_nodes_that_ran_and_nodes_that_were_served(self, cache: LongpoleCache[Any]) -> None:
        graph = graph_of(Counting(), cache)
        ids = []
        for _ in range(2):
            with longpole.workflow("checkout", app_id="shop") as run:
                asyncio.run(graph.ainvoke({"given": 1}))
            ids.append(run.run_id)
        assert longpole.flush(10)
        found = [runs.get_run(each) for each in ids]
        assert [[(node.node_id, node.node_type, node.is_cached) for node in record.nodes] for record in found] == [
            [("work", "node", False)],
            [("work", "node", True)],
        ]
        assert [record.run.cached_nodes for record in found] == [0, 1]

    def test_a_retry_is_one_execution(self, cache: LongpoleCache[Any]) -> None:
        outcomes: Iterator[Any] = iter([ConnectionError("away"), "there"])

        def work(state: State) -> State:
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return {"made": outcome, "given": state["given"]}

        graph = StateGraph(State)
        retry = RetryPolicy(initial_interval=0.01, jitter=False)
        graph.add_node("work", work, cache_policy=CachePolicy(), retry_policy=retry)
        graph.add_edge(START, "work")
        with longpole.workflow("checkout", app_id="shop") as run:
            graph.compile(cache=cache).invoke({"given": 1})
        assert longpole.flush(10)
        assert [node.is_cached for node in runs.get_run(run.run_id).nodes] == [False]
        assert (statistics().misses, statistics().stores) == (1, 1)

    def test_a_cost_of_the_callers(self) -> None:
        cache: LongpoleCache[Any] = LongpoleCache("shop", "checkout", cost=lambda name, _writes: len(name) / 100)
        graph = graph_of(Counting(), cache)
        for _ in range(3):
            graph.invoke({"given": 1})
        assert float(statistics().cost_saved) == pytest.approx(0.08)

    def test_shadow_mode_looks_on_and_off_does_nothing(self, cache: LongpoleCache[Any], here: Runtime) -> None:
        for mode, ran in ((Mode.SHADOW, 3), (Mode.OFF, 2)):
            on = Runtime(Settings(database_url=here.settings.database_url, cache_mode=mode))
            with runtime_module.use(on):
                node = Counting(str(mode))
                graph = graph_of(node, cache)
                for _ in range(ran):
                    graph.invoke({"given": 1})
                found = statistics()
            on.close()
            assert (node.ran, found.hits) == (ran, 0)
            assert found.shadow is not None
            assert (found.shadow.would_hit, found.shadow.matched) == (2, 2)
        assert dict(found.bypassed) == {"off": 2}

    def test_a_database_that_is_away_is_no_matter_of_the_graph(self, cache: LongpoleCache[Any], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")
        away = Runtime(Settings(database_url=f"sqlite:///{tmp_path}/file/longpole.db"))
        with runtime_module.use(away):
            node = Counting()
            assert graph_of(node, cache).invoke({"given": 1})["made"] == [1, None]
        assert node.ran == 1

"""Calls of decorated functions: served or run, recorded either way, and what they raise comes out as it is."""

import asyncio
import contextvars
import itertools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import longpole
from longpole.domain.runs import NodeStatus, RunRecord, RunStatus
from longpole.domain.scopes import use_scope
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService

RunsOf = Callable[[str, str], list[RunRecord]]


class TestCachedNode:
    def test_a_second_call_is_served_and_both_are_recorded(self, runs_of: RunsOf) -> None:
        calls = []

        @longpole.cached_node(node_type="llm", ttl=60)
        def summarise(text: str, length: int = 3) -> str:
            calls.append(text)
            return text[:length]

        with longpole.workflow("letters", app_id="post"):
            assert [summarise("abcdef"), summarise(text="abcdef"), summarise("abcdef", 3)] == ["abc"] * 3
        (record,) = runs_of("post", "letters")

        assert calls == ["abcdef"]
        assert [(node.node_id, node.node_type, node.is_cached) for node in record.nodes] == [
            ("summarise", "llm", False),
            ("summarise", "llm", True),
            ("summarise", "llm", True),
        ]
        assert (record.run.status, record.run.cached_nodes) == (RunStatus.SUCCEEDED, 2)
        figures = WorkflowCacheService.get_cache_statistics("post", "letters")
        assert (figures.hits, figures.misses, figures.stores, dict(figures.bypassed)) == (2, 1, 1, {})

    def test_other_inputs_have_other_results(self) -> None:
        @longpole.cached_node()
        def double(number: float) -> float:
            return 2 * number

        assert [repr(double(each)) for each in (1, 1.0, True, 2)] == ["2", "2.0", "2", "4"]

    def test_async_calls_at_the_same_time_run_once(self, runs_of: RunsOf) -> None:
        calls = []

        @longpole.cached_node(node_type="tool")
        async def look_up(word: str) -> str:
            calls.append(word)
            await asyncio.sleep(0.02)
            return word.upper()

        @longpole.workflow("dictionary", app_id="post")
        async def look_up_twice() -> list[str]:
            return await asyncio.gather(look_up("a"), look_up("a"), look_up("b"))

        assert asyncio.run(look_up_twice()) == ["A", "A", "B"]
        (record,) = runs_of("post", "dictionary")
        assert sorted(calls) == ["a", "b"]
        assert [node.is_cached for node in record.nodes] == [False, False, False]  # who waits is not served from before
        assert {node.parent_node_execution_id for node in record.nodes} == {None}

    def test_a_failure_comes_out_unchanged_and_is_never_kept(self, runs_of: RunsOf) -> None:
        error = LookupError("no such town")
        outcomes: Iterator[Any] = iter([error, "Ghent"])

        @longpole.cached_node(node_type="tool")
        def town() -> str:
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return str(outcome)

        with pytest.raises(LookupError) as raised:
            town()
        assert raised.value is error
        assert town() == "Ghent"
        first, second = runs_of("default", "default")
        (failed,), (good,) = first.nodes, second.nodes
        assert (failed.status, failed.error_type, failed.error_message) == (
            NodeStatus.FAILED,
            "LookupError",
            "no such town",
        )
        assert (failed.is_cached, good.status, good.is_cached) == (False, NodeStatus.SUCCEEDED, False)
        assert (first.run.status, second.run.status) == (RunStatus.FAILED, RunStatus.SUCCEEDED)

    def test_outside_of_a_workflow_a_call_is_a_run_of_its_own_with_all_below_it(self, runs_of: RunsOf) -> None:
        @longpole.node(node_type="tool")
        def inner() -> int:
            return 1

        @longpole.cached_node()
        def outer() -> int:
            return inner()

        with use_scope("shop", "checkout"):
            outer()
        (record,) = runs_of("shop", "checkout")
        nodes = {node.node_id: node for node in record.nodes}
        assert set(nodes) == {"outer", "inner"}
        assert nodes["inner"].parent_node_execution_id == nodes["outer"].node_execution_id

    def test_a_duration_is_seconds_or_a_timedelta(self, here: Runtime) -> None:
        for ttl in (90, timedelta(minutes=1.5)):

            @longpole.cached_node(ttl=ttl, node_id=str(ttl))
            def one() -> int:
                return 1

            one()
        with here.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT ROUND((JULIANDAY(expires_at) - JULIANDAY(created_at)) * 86400) FROM workflow_cache_entries"
            ).scalars()
            assert [float(each) for each in found] == [90.0, 90.0]

    def test_an_expired_result_is_made_again(self) -> None:
        calls = []

        @longpole.cached_node(ttl=0.01)
        def now() -> int:
            calls.append(1)
            return len(calls)

        first = now()
        time.sleep(0.02)
        assert (first, now()) == (1, 2)

    def test_the_node_id_config_and_version_are_in_the_key(self) -> None:
        calls = itertools.count()

        def plain() -> int:
            return next(calls)

        variants: list[dict[str, Any]] = [
            {},
            {"node_id": "other"},
            {"config": {"model": "a"}},
            {"config": {"model": "b"}},
            {"version": "2"},
        ]
        assert [longpole.cached_node(**variant)(plain)() for variant in variants * 2] == [0, 1, 2, 3, 4] * 2

    def test_nothing_is_shared_between_applications_or_workflows(self) -> None:
        calls = itertools.count()

        @longpole.cached_node(tags=["all"])
        def number() -> int:
            return next(calls)

        scopes = [("a", "w"), ("b", "w"), ("a", "v")]
        for _ in range(2):
            for place, (app_id, workflow_id) in enumerate(scopes):
                with longpole.workflow(workflow_id, app_id=app_id):
                    assert number() == place
        found = [WorkflowCacheService.get_cache_statistics(*scope) for scope in scopes]
        assert [(each.hits, each.misses, each.entries) for each in found] == [(1, 1, 1)] * 3
        assert WorkflowCacheService.invalidate_cache(app_id="a", workflow_id="w", tag="all") == 1
        with longpole.workflow("w", app_id="b"):
            assert number() == 1

    def test_an_interrupted_or_cancelled_call_leaves_nothing_behind(self, runs_of: RunsOf) -> None:
        calls = itertools.count()
        has_begun = asyncio.Event()

        @longpole.cached_node()
        async def slow() -> int:
            number = next(calls)
            has_begun.set()
            await asyncio.sleep(60 if number == 0 else 0)
            return number

        async def program() -> int:
            first = asyncio.create_task(slow())
            await has_begun.wait()
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            return await slow()

        assert asyncio.run(program()) == 1
        statuses = [record.nodes[0].status for record in runs_of("default", "default")]
        assert statuses == [NodeStatus.FAILED, NodeStatus.SUCCEEDED]

    def test_key_says_what_counts(self) -> None:
        class Client:
            calls = 0

            @longpole.cached_node(key=lambda _self, question, **_: {"question": question.strip()})
            def ask(self, question: str, *, trace: object = None) -> str:  # noqa: ARG002 - the key leaves it out
                self.calls += 1
                return question.strip()

        client = Client()
        assert [client.ask("a"), client.ask(" a ", trace=object())] == ["a", "a"]
        assert client.calls == 1

    def test_a_method_without_a_key_runs_and_says_why_it_is_not_cached(self) -> None:
        class Client:
            calls = 0

            @longpole.cached_node()
            def ask(self, question: str) -> str:
                self.calls += 1
                return question

        client = Client()
        assert [client.ask("a"), client.ask("a"), client.calls] == ["a", "a", 2]
        assert dict(WorkflowCacheService.get_cache_statistics().bypassed) == {"input_type": 2}

    def test_static_and_class_methods(self) -> None:
        calls = []

        class Math:
            @staticmethod
            @longpole.cached_node()
            def double(number: int) -> int:
                calls.append(number)
                return 2 * number

        assert [Math.double(2), Math().double(2), calls] == [4, 4, [2]]

    def test_a_result_belongs_to_its_caller(self) -> None:
        @longpole.cached_node()
        def words() -> list[str]:
            return ["a"]

        words().append("b")
        words().append("c")
        assert words() == ["a"]

    @pytest.mark.parametrize("value", [None, False, 0, "", []])
    def test_every_result_is_one(self, value: Any) -> None:
        calls = []

        @longpole.cached_node()
        def nothing() -> Any:
            calls.append(1)
            return value

        assert [nothing(), nothing(), len(calls)] == [value, value, 1]

    def test_a_stale_result_covers_for_a_failure(self, runs_of: RunsOf) -> None:
        outcomes: Iterator[Any] = iter(["fresh", RuntimeError("away")])

        @longpole.cached_node(ttl=0.01, stale_if_error=60)
        def news() -> str:
            outcome = next(outcomes)
            if isinstance(outcome, Exception):
                raise outcome
            return str(outcome)

        assert news() == "fresh"
        time.sleep(0.02)
        assert news() == "fresh"
        assert [record.nodes[0].is_cached for record in runs_of("default", "default")] == [False, True]

    def test_modes(self) -> None:
        calls = []
        for mode in ("off", "shadow"):

            @longpole.cached_node(mode=mode, node_id=mode)
            def one() -> int:
                calls.append(1)
                return 1

            assert [one(), one()] == [1, 1]
        assert len(calls) == 4
        shadow = WorkflowCacheService.get_cache_statistics().shadow
        assert shadow is not None
        assert (shadow.would_hit, shadow.matched) == (1, 1)

    def test_a_cost_is_recorded_where_it_arose_and_saved_by_hits(self, runs_of: RunsOf) -> None:
        @longpole.cached_node(node_type="llm", cost=lambda text: 0.01 * len(text))
        def write() -> str:
            return "four"

        write()
        write()
        ran, served = runs_of("default", "default")
        assert (ran.nodes[0].cost_usd, served.nodes[0].cost_usd) == (Decimal("0.04"), 0)
        assert float(WorkflowCacheService.get_cache_statistics().cost_saved) == pytest.approx(0.04)

    def test_an_option_that_cannot_be_runs_the_node_all_the_same(self, caplog: pytest.LogCaptureFixture) -> None:
        @longpole.cached_node(mode="perhaps", key=lambda: {"secret": 1})
        def one() -> int:
            return 1

        assert one() == 1
        assert "secret" not in caplog.text


class TestNode:
    def test_it_records_without_serving(self, runs_of: RunsOf) -> None:
        calls = []

        @longpole.node(node_type="tool", node_id="fetch", cost=0.5)
        def fetch_page(url: str) -> str:
            calls.append(url)
            return url

        with longpole.workflow("pages", app_id="web"):
            fetch_page("a")
            fetch_page("a")
        (record,) = runs_of("web", "pages")
        assert len(calls) == 2
        assert [(node.node_id, node.is_cached, float(node.cost_usd or 0)) for node in record.nodes] == [
            ("fetch", None, 0.5)
        ] * 2

    def test_an_interrupt_goes_through_and_the_node_has_failed(self, runs_of: RunsOf) -> None:
        @longpole.node()
        def interrupted() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        (record,) = runs_of("default", "default")
        assert (record.nodes[0].status, record.nodes[0].error_type) == (NodeStatus.FAILED, "KeyboardInterrupt")

    def test_an_error_that_cannot_say_what_it_is(self, runs_of: RunsOf) -> None:
        class MuteError(Exception):
            def __str__(self) -> str:
                raise ValueError

        @longpole.node()
        def mute() -> None:
            raise MuteError

        with pytest.raises(MuteError):
            mute()
        (record,) = runs_of("default", "default")
        assert (record.nodes[0].error_type or "").endswith("MuteError")


class TestWhatCannotBeDecorated:
    @pytest.mark.parametrize("decorate", [longpole.node(), longpole.cached_node(), longpole.workflow("w")])
    def test_generators_are_refused_where_they_are_decorated(self, decorate: Callable[[Any], Any]) -> None:
        def words() -> Iterator[str]:
            yield "a"

        async def async_words() -> AsyncIterator[str]:
            yield "a"

        for generator in (words, async_words):
            with pytest.raises(TypeError, match=r"is a generator\. Decorate a function that returns its result whole"):
                decorate(generator)

    @pytest.mark.parametrize(("ttl", "error"), [(-1, ValueError), (float("nan"), ValueError), ("1h", TypeError)])
    def test_a_duration_that_is_none(self, ttl: Any, error: type[Exception]) -> None:
        with pytest.raises(error, match="ttl is"):
            longpole.cached_node(ttl=ttl)

    def test_what_it_decorates_keeps_its_name(self) -> None:
        @longpole.cached_node()
        def documented(number: int) -> int:
            """What it does."""
            return number

        assert (documented.__name__, documented.__doc__) == ("documented", "What it does.")


class TestThreads:
    def test_a_thread_with_the_context_is_in_the_run_and_one_without_is_not(self, runs_of: RunsOf) -> None:
        @longpole.node()
        def work(name: str) -> str:
            return name

        with longpole.workflow("threads", app_id="a"):
            context = contextvars.copy_context()
            threads = [
                threading.Thread(target=context.run, args=(work, "inside")),
                threading.Thread(target=work, args=("outside",)),
            ]
            for thread in threads:
                thread.start()
                thread.join()
        assert [len(record.nodes) for record in runs_of("a", "threads")] == [1]
        assert [len(record.nodes) for record in runs_of("default", "default")] == [1]

    def test_many_threads_run_one_producer(self, runs_of: RunsOf) -> None:
        calls, results = [], []

        @longpole.cached_node()
        def slow() -> int:
            calls.append(1)
            time.sleep(0.05)
            return 7

        with longpole.workflow("crowd", app_id="a"):
            contexts = [contextvars.copy_context() for _ in range(20)]
            threads = [threading.Thread(target=lambda c=each: results.append(c.run(slow))) for each in contexts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert (len(calls), results) == (1, [7] * 20)
        (record,) = runs_of("a", "crowd")
        assert len(record.nodes) == 20

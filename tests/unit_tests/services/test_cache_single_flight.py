"""One producer for all who ask at the same time, threads and tasks alike, on every backend."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cache_scenes import CONFIG, INPUTS, Counting, compute, until
from longpole.services.cache import WorkflowCacheService as Cache

pytestmark = pytest.mark.usefixtures("cache_runtime")


class TestSingleFlight:
    def test_of_fifty_threads_one_runs_it(self) -> None:
        everybody = threading.Barrier(50)
        let_go = threading.Event()
        calls: list[int] = []

        def produce() -> dict[str, str]:
            calls.append(1)
            assert let_go.wait(30)
            return {"text": "Hi"}

        def ask(_number: int) -> Any:
            everybody.wait()
            return compute(produce)

        with ThreadPoolExecutor(50) as pool:
            answers = [pool.submit(ask, number) for number in range(50)]
            until(lambda: calls)
            let_go.set()
            assert [answer.result(30) for answer in answers] == [{"text": "Hi"}] * 50
        statistics = Cache.get_cache_statistics()
        assert len(calls) == 1
        assert (statistics.misses, statistics.coalesced + statistics.hits) == (1, 49)
        assert statistics.hit_rate is not None

    def test_of_fifty_tasks_one_runs_it(self) -> None:
        calls: list[int] = []

        async def produce() -> dict[str, str]:
            calls.append(1)
            await asyncio.sleep(0.05)
            return {"text": "Hi"}

        async def ask() -> Any:
            return await Cache.get_or_compute_async("llm", CONFIG, INPUTS, produce, min_seconds=0.0)

        async def everybody() -> list[Any]:
            return await asyncio.gather(*(ask() for _ in range(50)))

        assert asyncio.run(everybody()) == [{"text": "Hi"}] * 50
        assert len(calls) == 1

    def test_unrelated_keys_run_in_parallel(self) -> None:
        both = threading.Barrier(2)

        def produce() -> str:
            both.wait(30)
            return "met"

        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(compute, produce, {"n": number}) for number in range(2)]
            assert [answer.result(30) for answer in answers] == ["met", "met"]

    def test_a_producer_that_raises_raises_for_all_who_wait_and_poisons_nothing(self) -> None:
        waiting = threading.Semaphore(0)
        let_go = threading.Event()
        calls: list[int] = []

        def produce() -> str:
            calls.append(1)
            assert let_go.wait(30)
            raise ConnectionError("down")

        def ask(_number: int) -> Any:
            waiting.release()
            return compute(produce)

        with ThreadPoolExecutor(10) as pool:
            answers = [pool.submit(ask, number) for number in range(10)]
            for _ in range(10):
                assert waiting.acquire(timeout=30)
            let_go.set()
            errors = [answer.exception(30) for answer in answers]
        assert all(isinstance(error, ConnectionError) for error in errors)
        assert compute(lambda: "fine") == "fine"
        assert compute(lambda: "never called") == "fine"

    def test_even_stop_iteration_comes_through(self) -> None:
        with pytest.raises(StopIteration):
            compute(Counting(StopIteration()))

    def test_a_leader_that_is_cancelled_is_replaced(self) -> None:
        async def scene() -> list[Any]:
            begun, calls = asyncio.Event(), []

            async def produce() -> str:
                calls.append(1)
                begun.set()
                await asyncio.sleep(0 if len(calls) > 1 else 60)
                return "done"

            def ask() -> Any:
                return Cache.get_or_compute_async("llm", CONFIG, INPUTS, produce, min_seconds=0.0)

            leader = asyncio.ensure_future(ask())
            await begun.wait()
            others = [asyncio.ensure_future(ask()) for _ in range(5)]
            await asyncio.sleep(0.05)
            leader.cancel()
            answers = await asyncio.gather(*others)
            assert leader.cancelled()
            assert len(calls) == 2
            return answers

        assert asyncio.run(scene()) == ["done"] * 5

    def test_one_who_waits_and_is_cancelled_takes_nobody_with_him(self) -> None:
        async def scene() -> list[Any]:
            let_go, begun = asyncio.Event(), asyncio.Event()

            async def produce() -> str:
                begun.set()
                await let_go.wait()
                return "done"

            def ask() -> Any:
                return asyncio.ensure_future(
                    Cache.get_or_compute_async("llm", CONFIG, INPUTS, produce, min_seconds=0.0)
                )

            leader = ask()
            await begun.wait()
            others = [ask() for _ in range(3)]
            await asyncio.sleep(0.05)
            others[0].cancel()
            await asyncio.sleep(0)
            let_go.set()
            return list(await asyncio.gather(leader, *others[1:]))

        assert asyncio.run(scene()) == ["done"] * 3

    def test_a_node_that_asks_for_itself_does_not_wait_for_itself(self) -> None:
        depth: list[int] = []

        def produce() -> str:
            depth.append(1)
            return compute(produce) if len(depth) < 3 else "deep"

        assert compute(produce) == "deep"
        assert Cache.get_cache_statistics().bypassed == {"asks_for_itself": 2}

    def test_threads_and_tasks_wait_for_each_other(self) -> None:
        let_go, calls = threading.Event(), []

        def produce() -> str:
            calls.append(1)
            assert let_go.wait(30)
            return "from a thread"

        async def never() -> str:
            raise AssertionError

        async def ask() -> Any:
            asking = asyncio.ensure_future(Cache.get_or_compute_async("llm", CONFIG, INPUTS, never, min_seconds=0.0))
            await asyncio.sleep(0.05)
            let_go.set()
            return await asking

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(compute, produce)
            until(lambda: calls)
            assert asyncio.run(ask()) == "from a thread"
            assert first.result(30) == "from a thread"

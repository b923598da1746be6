"""The dance is danced to its end whatever else the program does with its threads and tasks."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache


def test_a_program_whose_worker_threads_all_wait_for_a_task_gets_its_result(runtime: Runtime) -> None:
    """The event loop's own threads may all be taken by those who wait for what the loop makes."""

    async def scene() -> list[Any]:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(2))
        begun, let_go = asyncio.Event(), asyncio.Event()

        async def produce() -> str:
            begun.set()
            await let_go.wait()
            return "made by a task"

        def wait_in_a_thread(arrived: asyncio.Event) -> Any:
            loop.call_soon_threadsafe(arrived.set)
            return Cache.get_or_compute("llm", {}, {"q": 1}, lambda: "made by a thread", min_seconds=0.0)

        leader = asyncio.ensure_future(Cache.get_or_compute_async("llm", {}, {"q": 1}, produce, min_seconds=0.0))
        await begun.wait()
        signs = [asyncio.Event() for _ in range(2)]
        waiting = [asyncio.ensure_future(asyncio.to_thread(wait_in_a_thread, sign)) for sign in signs]
        for sign in signs:
            await sign.wait()
        let_go.set()
        return list(await asyncio.wait_for(asyncio.gather(leader, *waiting), 20))

    assert asyncio.run(scene()) == ["made by a task"] * 3

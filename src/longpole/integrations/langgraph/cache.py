"""`LongpoleCache`: LangGraph's node cache, kept, counted and invalidated as everything else that is cached.

    graph.compile(cache=LongpoleCache(app_id="shop", workflow_id="checkout"))

    LangGraph ─► get ─┬ found ─► the node does not run     a hit: in the trace, or in the SDK's run
                      └ nothing ─► the node runs ─► set    how long it took, and what its models cost

Results are kept for the time that the node's `CachePolicy` says, else that of
its type. Nothing is ever unpickled. Nothing that goes wrong here reaches the
graph, but for a `clear` that did not happen.

Upstream: LangGraph. Downstream: `services.cache_calls`, `records`.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from langgraph.cache.base import BaseCache, FullKey, Namespace
from langgraph.checkpoint.serde.base import SerializerProtocol

from longpole.domain.scopes import Scope, current_scope
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND
from longpole.integrations.langgraph.pending import Pending, PendingNodes
from longpole.integrations.langgraph.records import record_hit, record_run
from longpole.integrations.langgraph.spans import parent_of
from longpole.integrations.langgraph.tasks import Task, caller, tasks_of
from longpole.integrations.langgraph.usage import usage
from longpole.integrations.langgraph.values import UnfitError, dumped, loaded
from longpole.sdk.unheard import grumble
from longpole.services import cache_calls
from longpole.services.cache import WorkflowCacheService
from longpole.services.cache_calls import ABSENT, Found
from longpole.services.cache_requests import Execution

ValueT = TypeVar("ValueT")
CostOf = Callable[[str, Any], Decimal | float | None]
_TAG = "langgraph"
_SECONDS_PER_HOUR = NS_PER_HOUR / NS_PER_SECOND


class LongpoleCache(BaseCache[ValueT]):
    """Results of LangGraph nodes that have a `CachePolicy`. Safe to use by any number of graphs, threads and tasks.

    Args:
        app_id: Whose results they are; without it the current scope's.
        workflow_id: Likewise; nothing is shared between two of them.
        node_types: The types of nodes by their names (`{"answer": "llm"}`); the others are of type `node`.
        version: Of whatever decides results beside the nodes' code: a model, a prompt, data.
        cost: Gets a node's name and writes, and gives the US dollars that it cost; else its calls of LangChain
            models are priced.
        serde: What makes bytes of writes.
        tracer_provider: That of OpenTelemetry, where hits are told in spans and it is not the global one.
    """

    def __init__(
        self,
        app_id: str | None = None,
        workflow_id: str | None = None,
        *,
        node_types: Mapping[str, str] | None = None,
        version: str | None = None,
        cost: CostOf | None = None,
        serde: SerializerProtocol | None = None,
        tracer_provider: Any = None,
    ) -> None:
        super().__init__(serde=serde)
        self._app_id, self._workflow_id = app_id, workflow_id
        self._node_types, self._version, self._cost = dict(node_types or {}), version, cost
        self._tracer_provider = tracer_provider
        self._pending = PendingNodes()

    def get(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """What is kept under these keys."""
        return self._get(tasks_of(keys, caller()))

    async def aget(self, keys: Sequence[FullKey]) -> dict[FullKey, ValueT]:
        """What is kept under these keys."""
        return await asyncio.to_thread(self._get, tasks_of(keys, caller()))

    def set(self, pairs: Mapping[FullKey, tuple[ValueT, int | None]]) -> None:
        """Keep these results, for so many seconds each."""
        now_ns = time.time_ns()
        for key, (writes, ttl) in pairs.items():
            try:
                pending = self._pending.take(writes) or self._unasked(key)
                if pending is not None:
                    self._keep(pending, writes, ttl, now_ns)
            except Exception as error:  # noqa: BLE001 - nothing of ours may end a graph's run
                grumble(error)

    async def aset(self, pairs: Mapping[FullKey, tuple[ValueT, int | None]]) -> None:
        """Keep these results, for so many seconds each."""
        await asyncio.to_thread(self.set, pairs)

    def clear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """Invalidate the results of these nodes; without any, of all nodes of LangGraph in this scope.

        Raises:
            StorageUnavailableError: Nothing was invalidated.
        """
        app_id, workflow_id = self._scope()
        for tag in [_TAG] if namespaces is None else map(_tag, namespaces):
            WorkflowCacheService.invalidate_cache(app_id=app_id, workflow_id=workflow_id, tag=tag)

    async def aclear(self, namespaces: Sequence[Namespace] | None = None) -> None:
        """Invalidate the results of these nodes; without any, of all nodes of LangGraph in this scope.

        Raises:
            StorageUnavailableError: Nothing was invalidated.
        """
        await asyncio.to_thread(self.clear, namespaces)

    def _scope(self) -> Scope:
        here = current_scope()
        return Scope(self._app_id or here.app_id, self._workflow_id or here.workflow_id)

    def _get(self, tasks: Mapping[FullKey, Sequence[Task]]) -> dict[FullKey, ValueT]:
        values: dict[FullKey, ValueT] = {}
        for key, waiting in tasks.items():
            try:
                value = self._find(key, waiting)
            except Exception as error:  # noqa: BLE001 - nothing of ours may end a graph's run
                grumble(error)
                continue
            if value is not ABSENT:
                values[key] = value
        return values

    def _find(self, key: FullKey, waiting: Sequence[Task]) -> Any:
        """What is kept for the last of those who wait for a key, which is the one that LangGraph serves."""
        asking = [task for task in waiting if not self._pending.knows(task)]
        if not asking:
            return ABSENT
        start_ns = time.time_ns()
        found = cache_calls.find(*self._scope(), self._execution(key, asking[-1]))
        if found is None:
            return ABSENT
        value = self._loaded(found)
        if value is not ABSENT:
            parent = parent_of(asking[-1], self._tracer_provider)
            record_hit(parent, asking[-1], found.execution.node_type, start_ns, time.time_ns())
        self._begin(asking if value is ABSENT else asking[:-1], found)
        return value

    def _loaded(self, found: Found) -> Any:
        try:
            return ABSENT if found.value is ABSENT else loaded(self.serde, found.value)
        except UnfitError:
            cache_calls.refuse(found, "output_type")
            return ABSENT

    def _begin(self, running: Sequence[Task], found: Found) -> None:
        """These will run: one of two with the same key is never served, whatever there is."""
        for place, task in enumerate(running):
            self._pending.add(task, found)
            if task.checkpoint_ns is not None:
                usage.watch(task.checkpoint_ns)
            if place or found.value is not ABSENT:
                cache_calls.miss(found)

    def _unasked(self, key: FullKey) -> Pending | None:
        """For results that somebody stores without having asked for them."""
        for task in tasks_of([key], None).get(key, ()):
            found = cache_calls.find(*self._scope(), self._execution(key, task))
            return None if found is None else Pending(task, found, time.time_ns(), time.perf_counter_ns())
        return None

    def _execution(self, key: FullKey, task: Task) -> Execution:
        namespace, hashed = key
        version = "/".join(filter(None, (task.version, self._version))) or None
        return Execution(
            self._node_types.get(task.node_id, "node"),
            {"graph": task.graph, "namespace": list(namespace), "cache": {"enabled": True}},
            {"key": hashed, "marks": list(task.marks)},
            node_id=task.node_id,
            version=version,
            tags=(_TAG, _tag(namespace)),
            min_seconds=0.0,
        )

    def _keep(self, pending: Pending, writes: Any, ttl: int | None, end_ns: int) -> None:
        task, found = pending.task, pending.found
        elapsed_ns = pending.elapsed_ns()
        cost_usd = self._cost_usd(task, writes)
        parent, end_ns = parent_of(task, self._tracer_provider), max(end_ns, pending.start_ns)
        record_run(parent, task, found.execution.node_type, pending.start_ns, end_ns, cost_usd=cost_usd)
        try:
            stored = dumped(self.serde, writes)
        except UnfitError:
            cache_calls.refuse(found, "output_type")
            return
        ttl_hours = None if ttl is None else ttl / _SECONDS_PER_HOUR
        cache_calls.keep(found, stored, elapsed_ns, ttl_hours, cost_usd)

    def _cost_usd(self, task: Task, writes: Any) -> Decimal | None:
        priced = None if task.checkpoint_ns is None else usage.cost_usd(task.checkpoint_ns)
        if self._cost is None:
            return priced
        said = self._cost(task.node_id, writes)
        return None if said is None else Decimal(str(said))


def _tag(namespace: Namespace) -> str:
    digest = hashlib.sha256("\0".join(f"{len(part)}:{part}" for part in namespace).encode()).hexdigest()
    return f"{_TAG}:{digest[:32]}"

"""`WorkflowCacheService`: results of nodes that need not run again, and what that saved.

Called on the class, without a session. Everything is about one scope, an
application and a workflow of it: the current one (`longpole.domain.scopes`)
where the caller names none. What a backend or database fails at is a miss;
only an invalidation that did not happen raises.

Upstream: users, `rest`, `cli`, `sdk`. Downstream: `caching`, `cache_requests`, `cache_figures`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from longpole import runtime
from longpole.caching import driving, policy
from longpole.domain.cache import CachedNode, CacheStatistics, Decision, Explanation
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import current_scope
from longpole.domain.units import nanoseconds
from longpole.services import cache_figures, cache_requests
from longpole.services.cache_invalidation import criteria
from longpole.services.cache_requests import CostOf, Execution, scope_of

_LONGEST_KEY = 255
_LONGEST_S = 1e9
_NOTHING = object()
_FORBIDDEN = frozenset({"never", "disabled", "side_effects"})


class WorkflowCacheService:
    """Keeps results of nodes, serves them, and says what that brought.

    A node's result is kept if it took longer than 0.1 s, its type is none of
    start, end, answer and human_input, and its configuration does not forbid it
    (`"cache": false`); nodes with side effects only if it asks for it
    (`"cache": {"enabled": true}`).
    """

    DEFAULT_TTL_HOURS = policy.DEFAULT_TTL_HOURS

    @staticmethod
    def generate_cache_key(
        node_type: str,
        node_config: Mapping[str, Any] | None,
        input_data: Any,
        *,
        app_id: str | None = None,
        workflow_id: str | None = None,
        node_id: str | None = None,
        version: str | None = None,
    ) -> str:
        """The key of an execution: the same for the same scope, node, configuration and inputs, else another one.

        Args:
            node_type: The type of the node.
            node_config: What it was set up with. A node's title and place count for nothing, a credential by its hash.
            input_data: What goes in, of JSON's types (tuples count as lists).
            app_id: Whose it is; without it the current scope's.
            workflow_id: Likewise.
            node_id: The node, where two of the same configuration are not to share results.
            version: Of its code, model or data: whatever else decides what comes out.

        Raises:
            InvalidInputError: Something is of no type of JSON's, and so has no key; names the place.
        """
        execution = Execution(node_type, node_config, input_data, node_id=node_id, version=version)
        key = cache_requests.key_of(scope_of(app_id, workflow_id), execution)
        runtime.current().asked.note(key, node_type, node_id, node_config)
        return key

    @staticmethod
    def get_cached_result(
        cache_key: str, default: Any = None, *, app_id: str | None = None, workflow_id: str | None = None
    ) -> Any:
        """A new object equal to the result that is kept, or `default`. A result may be None itself: see `default`."""
        here = runtime.current()
        scope = current_scope() if app_id is None is workflow_id else scope_of(app_id, workflow_id)
        found = here.cache.get(scope, cache_key, _NOTHING)
        if found is not _NOTHING:
            return found
        here.cache.counts.add(here.asked.counted(scope, cache_key), misses=1)
        return default

    @staticmethod
    def store_cached_result(  # noqa: PLR0917 - the contract's order
        cache_key: str,
        node_type: str,
        node_config: Mapping[str, Any] | None,
        input_data: Any,
        output_data: Any,
        execution_time: float,
        ttl_hours: float | None = None,
        *,
        app_id: str | None = None,
        workflow_id: str | None = None,
        node_id: str | None = None,
        version: str | None = None,
        cost: Decimal | float | None = None,
        tags: Sequence[str] = (),
        stale_while_revalidate_hours: float | None = None,
        stale_if_error_hours: float | None = None,
    ) -> bool:
        """Keep a result, in place of an earlier one under the same key.

        Only what succeeded is to be stored. A node whose configuration forbids
        caching, or that has side effects and does not ask for it, is bypassed.

        Args:
            cache_key: What it will be found by.
            node_type: The type of the node.
            node_config: What it was set up with; may say `{"cache": {"ttl_hours": 2}}`.
            input_data: What went in; only digests of it are kept.
            output_data: The result, of JSON's types, bytes or tuples.
            execution_time: Seconds that the node took, and each hit saves.
            ttl_hours: How long it is fresh; else as the node's configuration or its type says.
            app_id: Whose it is; without it the current scope's.
            workflow_id: Likewise.
            node_id: The node.
            version: Of its code, model or data.
            cost: US dollars that the node cost, and each hit saves.
            tags: What it can be invalidated by, beside the node.
            stale_while_revalidate_hours: How much longer it may be served while it is made anew.
            stale_if_error_hours: How much longer it may be served when it cannot be made.

        Returns:
            Whether it is kept now. If not, the statistics have the reason.

        Raises:
            InvalidInputError: Names the argument that is wrong.
        """
        scope = scope_of(app_id, workflow_id)
        execution = Execution(
            node_type,
            node_config,
            input_data,
            node_id=node_id,
            version=version,
            ttl_hours=ttl_hours,
            stale_while_revalidate_hours=stale_while_revalidate_hours,
            stale_if_error_hours=stale_if_error_hours,
            tags=tags,
            min_seconds=0.0,
            cost=cost,
        )
        elapsed_ns = nanoseconds(_seconds(execution_time))
        decided = cache_requests.decision(execution)
        request = cache_requests.request_of(scope, _key(cache_key), execution, decided)
        cache = runtime.current().cache
        if not decided.may_cache and decided.reason in _FORBIDDEN:
            cache.counts.bypass(request.counted, decided.reason)
            return False
        return cache.keep(request, output_data, elapsed_ns).is_stored

    @staticmethod
    def get_or_compute(
        node_type: str,
        node_config: Mapping[str, Any] | None,
        input_data: Any,
        produce: Callable[[], Any],
        *,
        app_id: str | None = None,
        workflow_id: str | None = None,
        node_id: str | None = None,
        version: str | None = None,
        ttl_hours: float | None = None,
        stale_while_revalidate_hours: float | None = None,
        stale_if_error_hours: float | None = None,
        tags: Sequence[str] = (),
        mode: str | None = None,
        min_seconds: float = policy.MIN_SECONDS,
        cost: Decimal | float | CostOf | None = None,
    ) -> Any:
        """The result of a node: from the cache, from whoever makes it just now, or by running `produce`.

        Of all threads and processes that ask at the same time one runs it.
        What it raises is raised, for all who wait in this process, and nothing
        is kept. What cannot be cached runs as if there were no cache.

        Args:
            node_type: The type of the node.
            node_config: What it was set up with.
            input_data: What goes in.
            produce: Runs the node.
            app_id: Whose it is; without it the current scope's.
            workflow_id: Likewise.
            node_id: The node.
            version: Of its code, model or data.
            ttl_hours: How long a result is fresh; else as the node's configuration or its type says.
            stale_while_revalidate_hours: How much longer it may be served while it is made anew.
            stale_if_error_hours: How much longer it may be served when `produce` raises.
            tags: What it can be invalidated by.
            mode: on, shadow (look up, run all the same, compare) or off.
            min_seconds: Results that took no longer are not kept.
            cost: US dollars that a run costs, or a function that tells them by the output.

        Raises:
            Exception: What `produce` raised.
            InvalidInputError: Names the argument that is wrong.
        """
        execution = Execution(
            node_type, node_config, input_data, node_id, version, ttl_hours, stale_while_revalidate_hours,
            stale_if_error_hours, tags, mode, min_seconds, cost,
        )  # fmt: skip
        request = cache_requests.wanted(app_id, workflow_id, execution)
        return produce() if request is None else driving.compute(runtime.current().cache, request, produce).value

    @staticmethod
    async def get_or_compute_async(
        node_type: str,
        node_config: Mapping[str, Any] | None,
        input_data: Any,
        produce: Callable[[], Awaitable[Any]],
        *,
        app_id: str | None = None,
        workflow_id: str | None = None,
        node_id: str | None = None,
        version: str | None = None,
        ttl_hours: float | None = None,
        stale_while_revalidate_hours: float | None = None,
        stale_if_error_hours: float | None = None,
        tags: Sequence[str] = (),
        mode: str | None = None,
        min_seconds: float = policy.MIN_SECONDS,
        cost: Decimal | float | CostOf | None = None,
    ) -> Any:
        """`get_or_compute` for a node that is awaited; who waits for another one blocks no thread.

        Raises:
            Exception: What `produce` raised.
            InvalidInputError: Names the argument that is wrong.
        """
        execution = Execution(
            node_type, node_config, input_data, node_id, version, ttl_hours, stale_while_revalidate_hours,
            stale_if_error_hours, tags, mode, min_seconds, cost,
        )  # fmt: skip
        request = cache_requests.wanted(app_id, workflow_id, execution)
        if request is None:
            return await produce()
        return (await driving.compute_async(runtime.current().cache, request, produce)).value

    @staticmethod
    def should_cache_node(node_type: str, node_config: Mapping[str, Any] | None, execution_time: float | None) -> bool:
        """Whether a node's result is to be kept; `explain_decision` says why.

        Raises:
            InvalidInputError: The configuration says of caching what cannot be.
        """
        return WorkflowCacheService.explain_decision(node_type, node_config, execution_time).may_cache

    @staticmethod
    def explain_decision(
        node_type: str, node_config: Mapping[str, Any] | None, execution_time: float | None = None
    ) -> Decision:
        """Whether a node's result may be kept, the reason in one word, and for how long; time None: not run yet."""
        return cache_requests.decision(Execution(node_type, node_config, None), execution_time)

    @staticmethod
    def invalidate_cache(  # noqa: PLR0917 - the contract's order
        node_type: str | None = None,
        older_than_hours: float | None = None,
        app_id: str | None = None,
        workflow_id: str | None = None,
        node_id: str | None = None,
        cache_key: str | None = None,
        tag: str | None = None,
        *,
        everything: bool = False,
    ) -> int:
        """Take out the entries that meet all criteria, so that nobody is served them any more; how many.

        An application alone means all its workflows; without one the current
        scope is meant, never another.

        Raises:
            InvalidInputError: There is no criterion, and `everything` is not said.
            StorageUnavailableError: Nothing was invalidated.
        """
        return runtime.current().cache.remove(criteria(**locals()))

    @staticmethod
    def cleanup_expired_cache(*, app_id: str | None = None, workflow_id: str | None = None) -> int:
        """Remove entries of the scope that may not be served any more; how many. It is done by itself as well.

        Raises:
            StorageUnavailableError: Nothing was removed.
        """
        return runtime.current().cache.expire(scope_of(app_id, workflow_id))

    @staticmethod
    def get_cache_statistics(
        app_id: str | None = None, workflow_id: str | None = None, days: int = 7, node_type: str | None = None
    ) -> CacheStatistics:
        """What the cache did in the last `days` days, and what it holds now.

        Raises:
            InvalidInputError: `days` is not 1 to 365.
        """
        return cache_figures.statistics(scope_of(app_id, workflow_id), days, node_type)

    @staticmethod
    def get_top_cached_nodes(
        app_id: str | None = None, workflow_id: str | None = None, limit: int = 10, days: int = 7, by: str = "hits"
    ) -> Sequence[CachedNode]:
        """The nodes that were served most, by `hits`, `time_saved` or `cost_saved`.

        Raises:
            InvalidInputError: Names the argument that is wrong.
        """
        return cache_figures.top_nodes(scope_of(app_id, workflow_id), limit, days, by)

    @staticmethod
    def explain_key(cache_key: str, app_id: str | None = None, workflow_id: str | None = None) -> Explanation:
        """What went into a key, and whether there is a result under it; if not, what is known of why."""
        return cache_figures.explanation(scope_of(app_id, workflow_id), cache_key)


def _key(cache_key: Any) -> str:
    if not isinstance(cache_key, str) or not 0 < len(cache_key) <= _LONGEST_KEY:
        raise InvalidInputError("cache_key", f"is a text of 1 to {_LONGEST_KEY} characters", cache_key)
    return cache_key


def _seconds(execution_time: Any) -> float:
    if (
        isinstance(execution_time, bool)
        or not isinstance(execution_time, int | float)
        or not 0 <= execution_time < _LONGEST_S
    ):
        raise InvalidInputError("execution_time", "is a number of seconds, 0 or more", execution_time)
    return float(execution_time)

"""Engines elsewhere: one of all who ask makes a result, the others get it as it is, each counted as what it was."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from longpole import runtime as runtime_module
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.services import cache_deposits, cache_leases
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.services.cache_leases import Question, State, Told
from longpole.services.cache_requests import Execution
from longpole.settings import Settings

HOUR_NS = 3_600 * 1_000_000_000
SCOPE = Scope("shop", "flow")
NODE = Execution("llm", {"model": "gpt-4"}, {"prompt": "Hi"}, node_id="greet")


class Clock:
    """The clock of a runtime, moved by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_790_000_000 * 1_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def pass_hours(self, hours: float) -> None:
        self.now_ns += round(hours * HOUR_NS)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def runtime(database_url: str, clock: Clock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def elsewhere(database_url: str, clock: Clock) -> Iterator[Runtime]:
    """Another server on the same database."""
    made = Runtime(Settings(database_url=database_url), clock=clock)
    yield made
    made.close()


def look(execution: Execution = NODE, wait_s: float = 0.0, scope: Scope = SCOPE, **more: Any) -> Told:
    return asyncio.run(cache_leases.lookup(scope, Question(execution, **more), wait_s))


def store(output: Any, lease: str | None = None, execution: Execution = NODE, **more: Any) -> cache_deposits.Deposit:
    return cache_deposits.store(SCOPE, execution, more.pop("key", None), output, 5.0, lease=lease)


def figures() -> dict[str, Any]:
    found = Cache.get_cache_statistics(*SCOPE)
    names = ("hits", "misses", "coalesced", "stale", "bypassed")
    return {name: value for name in names if (value := getattr(found, name))}


def test_a_miss_gives_a_lease_and_what_is_stored_is_served() -> None:
    asked = look()
    assert (asked.state, asked.node_class) == (State.LEASE, "sampling")
    assert asked.cache_key == Cache.generate_cache_key(
        "llm", {"model": "gpt-4"}, {"prompt": "Hi"}, app_id="shop", workflow_id="flow", node_id="greet"
    )

    assert store({"text": "Hi"}, asked.lease) == cache_deposits.Deposit(
        stored=True, reason=None, cache_key=asked.cache_key
    )

    found = look()
    assert (found.state, found.output, found.stale, found.execution_time) == (State.HIT, b'{"text":"Hi"}', False, 5.0)
    assert figures() == {"hits": 1, "misses": 1}


def test_python_and_others_share_results() -> None:
    store([1, 1.0], look().lease)
    assert Cache.get_or_compute(
        "llm", {"model": "gpt-4"}, {"prompt": "Hi"}, pytest.fail, app_id="shop", workflow_id="flow", node_id="greet"
    ) == [1, 1.0]


class TestLeases:
    def test_only_one_has_it(self) -> None:
        assert look().state is State.LEASE
        assert look() == Told(State.WAIT, look().cache_key, "sampling")
        assert figures() == {"misses": 1}

    def test_only_one_of_two_servers_has_it(self, elsewhere: Runtime) -> None:
        lease = look().lease
        with runtime_module.use(elsewhere):
            assert look().state is State.WAIT
        store("x", lease)
        with runtime_module.use(elsewhere):
            assert look().output == b'"x"'

    def test_of_fifty_who_wait_one_makes_it_and_the_others_are_served_what_he_stored(self) -> None:
        async def ask() -> Told:
            told = await cache_leases.lookup(SCOPE, Question(NODE), 30)
            if told.state is State.LEASE:
                await asyncio.to_thread(store, {"text": "Hi"}, told.lease)
            return told

        async def everybody() -> list[Told]:
            return await asyncio.gather(*(ask() for _ in range(50)))

        answers = asyncio.run(everybody())
        assert sum(each.state is State.LEASE for each in answers) == 1
        assert [each.output for each in answers if each.state is not State.LEASE] == [b'{"text":"Hi"}'] * 49
        assert {name: figures().get(name, 0) for name in ("misses", "hits")}["misses"] == 1
        assert figures().get("hits", 0) + figures()["coalesced"] == 49

    def test_who_waited_is_no_hit(self) -> None:
        lease = look().lease
        store("x", lease)
        assert look(has_waited=True).state is State.HIT
        assert figures() == {"misses": 1, "coalesced": 1}

    def test_one_that_is_given_back_is_anothers(self) -> None:
        first = look()
        assert cache_deposits.release(SCOPE, NODE, None, first.lease).reason == "released"
        second = look()
        assert (second.state, second.lease != first.lease) == (State.LEASE, True)

    def test_nobody_gives_back_anothers(self) -> None:
        look()
        cache_deposits.release(SCOPE, NODE, None, f"{'0' * 32}-0")
        assert look().state is State.WAIT

    def test_a_holder_that_falls_silent_is_replaced(self) -> None:
        look(lease_seconds=0.2)
        assert look(wait_s=20).state is State.LEASE
        assert figures() == {"misses": 2}

    def test_one_that_is_prolonged_stays(self) -> None:
        lease = look(lease_seconds=0.3).lease
        again = look(lease=lease, lease_seconds=60)
        assert (again.state, again.lease) == (State.LEASE, lease)
        assert look(wait_s=0.5).state is State.WAIT
        assert figures() == {"misses": 1}

    def test_who_has_left_gets_none(self) -> None:
        look(lease_seconds=0.1)

        async def is_gone() -> bool:
            return True

        async def ask(is_gone: Callable[[], Awaitable[bool]]) -> Told:
            return await cache_leases.lookup(SCOPE, Question(NODE), 5, is_gone)

        assert asyncio.run(ask(is_gone)).state is State.WAIT

    @pytest.mark.parametrize("lease", ["x", "", f"{'0' * 32}-", f"{'0' * 32}-1\n"])
    def test_one_that_nobody_gave_is_refused(self, lease: str) -> None:
        with pytest.raises(InvalidInputError, match="lease"):
            look(lease=lease)
        with pytest.raises(InvalidInputError, match="lease"):
            store("x", lease)

    def test_what_was_invalidated_meanwhile_is_not_kept_and_the_next_one_makes_it(self) -> None:
        lease = look().lease
        Cache.invalidate_cache(app_id="shop", workflow_id="flow", everything=True)
        assert store("x", lease).reason == "invalidated_meanwhile"
        assert look().state is State.LEASE

    def test_other_keys_do_not_wait(self) -> None:
        look()
        assert look(Execution("llm", {}, {"prompt": "Ho"})).state is State.LEASE

    def test_while_the_backend_is_away_there_is_one_for_each_server(self, runtime: Runtime, elsewhere: Runtime) -> None:
        runtime.cache.backend.close()
        assert look().state is State.LEASE
        assert look().state is State.WAIT
        with runtime_module.use(elsewhere):
            assert look().state is State.LEASE


class TestStale:
    MAY = Execution("llm", {"cache": {"ttl_hours": 1, "stale_while_revalidate_hours": 2}}, {})

    def test_it_is_shown_and_one_makes_it_anew(self, clock: Clock) -> None:
        store("old", look(self.MAY).lease, self.MAY)
        clock.pass_hours(2)

        first, second = look(self.MAY), look(self.MAY)
        assert [(each.state, each.output, each.stale) for each in (first, second)] == [(State.HIT, b'"old"', True)] * 2
        assert (first.lease is None, second.lease) == (False, None)
        store("new", first.lease, self.MAY)
        assert look(self.MAY).output == b'"new"'
        assert figures() == {"hits": 1, "misses": 2, "stale": 2}

    def test_it_is_not_shown_to_who_does_not_ask_for_it(self, clock: Clock) -> None:
        store("old", key="k", execution=self.MAY)
        clock.pass_hours(2)
        assert look(Execution("llm", {}, {}), cache_key="k").state is State.LEASE


class TestFailure:
    MAY = Execution("llm", {"cache": {"ttl_hours": 1, "stale_if_error_hours": 2}}, {})

    def test_what_has_expired_is_shown_if_the_node_fails(self, clock: Clock) -> None:
        store("old", look(self.MAY).lease, self.MAY)
        clock.pass_hours(2)

        asked = look(self.MAY)
        assert (asked.state, asked.output) == (State.LEASE, None)
        shown = look(self.MAY, lease=asked.lease, has_failed=True)
        assert (shown.state, shown.output, shown.stale, shown.lease) == (State.HIT, b'"old"', True, None)
        assert look(self.MAY).state is State.LEASE
        assert figures() == {"misses": 3, "stale": 1}

    def test_not_for_longer_than_is_allowed(self, clock: Clock) -> None:
        store("old", execution=self.MAY)
        clock.pass_hours(3)
        told = look(self.MAY, has_failed=True)
        assert (told.state, told.reason) == (State.BYPASS, "failed")
        assert look(NODE, has_failed=True).reason == "failed"
        assert figures() == {}


class TestPastTheCache:
    @pytest.mark.parametrize(
        ("execution", "reason"),
        [
            (Execution("start", {}, {}), "never"),
            (Execution("llm", {"cache": False}, {}), "disabled"),
            (Execution("http_request", {"method": "POST"}, {}), "side_effects"),
            (Execution("llm", {}, {"n": 2**70}), "input_type"),
            (Execution("llm", {"cache": {"mode": "off"}}, {}), "disabled"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_the_reason_is_told_and_counted(self, execution: Execution, reason: str) -> None:
        asked = look(execution)
        assert (asked.state, asked.reason, asked.cache_key is None) == (State.BYPASS, reason, reason == "input_type")
        assert store("x", execution=execution).reason == reason
        assert figures() == {"bypassed": {reason: 2}}

    @pytest.mark.parametrize("output", [math.nan, b"bytes", (1, 2), {"deep": [math.inf]}], ids=repr)
    def test_what_is_no_json_is_not_told_as_another_value(self, output: Any) -> None:
        Cache.store_cached_result("k", "code", {}, {}, output, 1.0, app_id="shop", workflow_id="flow")
        asked = look(Execution("code", {}, {}), cache_key="k")
        assert (asked.state, asked.reason) == (State.BYPASS, "output_type")
        assert figures() == {"bypassed": {"output_type": 1}}

    def test_what_was_too_quick_is_not_kept_and_its_lease_is_over(self) -> None:
        lease = look().lease
        assert cache_deposits.store(SCOPE, NODE, None, "x", 0.1, lease=lease).reason == "too_quick"
        assert look().state is State.LEASE

    def test_with_the_cache_off_nothing_is_served(self, database_url: str) -> None:
        made = Runtime(Settings(database_url=database_url, cache_mode="off"))  # type: ignore[arg-type]
        with runtime_module.use(made):
            assert (look().reason, store("x").reason, look(Execution("", None, None), cache_key="k").reason) == (
                "off",
                "off",
                "off",
            )
        made.close()

    def test_in_shadow_mode_outputs_are_compared(self, database_url: str) -> None:
        made = Runtime(Settings(database_url=database_url, cache_mode="shadow"))  # type: ignore[arg-type]
        with runtime_module.use(made):
            for output in ("a", "a", "b"):
                assert (look().state, look().reason) == (State.BYPASS, "shadow")
                assert store(output).reason == "shadow"
            shadow = Cache.get_cache_statistics(*SCOPE).shadow
            assert shadow is not None
            assert (shadow.misses, shadow.would_hit, shadow.matched, shadow.mismatched) == (1, 2, 1, 1)
            assert figures() == {}
        made.close()


class TestExactly:
    @pytest.mark.parametrize(
        ("output", "json"),
        [
            (None, b"null"),
            (False, b"false"),
            (0, b"0"),
            ("", b'""'),
            ([], b"[]"),
            (1.0, b"1.0"),
            (-0.0, b"-0.0"),
            (2**80, b"1208925819614629174706176"),
            ({"b": 1, "a": "\x00é"}, '{"b":1,"a":"\\u0000é"}'.encode()),
            ("word " * 20_000, b'"' + b"word " * 20_000 + b'"'),
        ],
        ids=lambda value: repr(value)[:12],
    )
    def test_a_result_goes_out_as_it_came_in(self, output: Any, json: bytes, runtime: Runtime) -> None:
        store(output)
        for _ in range(2):
            assert look().output == json
            runtime.cache.memory.clear()

    def test_a_key_of_ones_own_is_enough(self) -> None:
        asked = look(Execution("", None, None), cache_key="mine")
        assert (asked.state, asked.cache_key, asked.node_class) == (State.LEASE, "mine", None)
        store("x", asked.lease, Execution("", None, None), key="mine")
        assert look(Execution("", None, None), cache_key="mine").output == b'"x"'
        assert Cache.get_cached_result("mine", app_id="shop", workflow_id="flow") == "x"

    def test_neither_a_key_nor_a_node_is_refused(self) -> None:
        with pytest.raises(InvalidInputError, match="node_type"):
            look(Execution("", None, None))

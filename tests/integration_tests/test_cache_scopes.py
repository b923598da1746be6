"""No application or workflow ever sees anything of another one's cache, through whichever door it comes.

Two applications, and two workflows of one, do the same with the same inputs. Every
route, command and service call that there is has to be in the tables below: a
new one fails until it is tested here.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer.main
from fastapi.testclient import TestClient
from starlette.routing import Route
from typer.testing import CliRunner

from longpole import runtime as runtime_module
from longpole.app import create_app
from longpole.cli import cache as cli_cache
from longpole.cli.commands import app as command_line
from longpole.domain.cache import Counted, Counts
from longpole.domain.scopes import Scope, use_scope
from longpole.rest import cache as rest_cache
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings

MINE, THEIRS = Scope("shop", "eu/flow"), [Scope("bank", "eu/flow"), Scope("shop", "other"), Scope("shop/eu", "flow")]
NODE: dict[str, Any] = {"node_type": "llm", "node_config": {"model": "m"}, "input_data": {"prompt": "Hi"}}


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """A server that removes nothing by itself: what is removed is removed by whom the test asks."""
    on = Runtime(Settings(database_url=database_url, upkeep=False), clock=lambda: 1_794_000_000 * 10**9)
    with TestClient(create_app(on)) as made:
        yield made
    on.close()


def path(scope: Scope) -> str:
    return "/apps/{}/workflows/{}/cache".format(*(part.replace("/", "%2F") for part in scope))


def post(client: TestClient, scope: Scope, call: str, body: dict[str, Any]) -> Any:
    answer = client.post(f"{path(scope)}/{call}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def store(client: TestClient, scope: Scope, output: Any, **more: Any) -> None:
    body = {**NODE, "output": output, "execution_time": 1.0, "node_id": "n", "tags": ["t"], **more}
    assert post(client, scope, "store", body)["stored"]


def entries(client: TestClient, scope: Scope) -> int:
    found: int = client.get(f"{path(scope)}/statistics").json()["entries"]
    return found


def _statistics(client: TestClient, other: Scope) -> None:
    store(client, MINE, "mine")
    post(client, MINE, "lookup", {**NODE, "node_id": "n"})
    post(client, MINE, "lookup", {**NODE, "node_type": "start"})
    empty = client.get(f"{path(other)}/statistics").json()
    assert not any(empty[name] for name in ("hits", "misses", "stores", "bypassed", "entries", "by_hour"))
    assert client.get(f"{path(MINE)}/statistics").json()["hits"] == 1


def _top_nodes(client: TestClient, other: Scope) -> None:
    store(client, MINE, "mine")
    post(client, MINE, "lookup", {**NODE, "node_id": "n"})
    assert client.get(f"{path(other)}/top-nodes").json() == {"items": []}


def _entry(client: TestClient, other: Scope) -> None:
    store(client, MINE, "mine", cache_key="k")
    assert client.get(f"{path(other)}/entries/k").json()["state"] == "absent"
    assert client.get(f"{path(other)}/entries/k").json()["parts"] == {}
    assert client.get(f"{path(MINE)}/entries/k").json()["state"] == "fresh"


def _lookup(client: TestClient, other: Scope) -> None:
    """Neither results nor leases, by the same inputs or by the same key; and the keys themselves are others."""
    for asked in (NODE, {"cache_key": "k"}):
        mine = post(client, MINE, "lookup", asked)
        theirs = post(client, other, "lookup", asked)
        assert (mine["state"], theirs["state"]) == ("lease", "lease")
        assert "cache_key" in asked or mine["cache_key"] != theirs["cache_key"]
        store(client, MINE, "mine", **({"node_id": None} if asked is NODE else asked))
        assert post(client, other, "lookup", asked)["state"] == "wait"
        assert post(client, MINE, "lookup", asked)["output"] == "mine"
    stolen = post(client, other, "lookup", {"cache_key": post(client, MINE, "lookup", NODE)["cache_key"]})
    assert stolen["state"] == "lease"


def _store(client: TestClient, other: Scope) -> None:
    for asked in (NODE, {"cache_key": "k"}):
        for scope, output in ((MINE, "mine"), (other, "theirs")):
            store(client, scope, output, **({"node_id": None} if asked is NODE else asked))
        assert [post(client, scope, "lookup", asked)["output"] for scope in (MINE, other)] == ["mine", "theirs"]
    lease = post(client, MINE, "lookup", {"cache_key": "new"})["lease"]
    post(client, other, "store", {"cache_key": "new", "lease": lease, "release": True})
    assert post(client, MINE, "lookup", {"cache_key": "new"})["state"] == "wait"


def _invalidate(client: TestClient, other: Scope) -> None:
    store(client, MINE, "mine", cache_key="k")
    for criteria in (
        {"everything": True},
        {"node_type": "llm"},
        {"node_id": "n"},
        {"cache_key": "k"},
        {"tag": "t"},
        {"older_than_hours": 0},
    ):
        assert post(client, other, "invalidate", criteria) == {"removed": 0}
    assert entries(client, MINE) == 1
    lease = post(client, MINE, "lookup", {"cache_key": "new"})["lease"]
    assert lease
    assert post(client, MINE, "invalidate", {"everything": True}) == {"removed": 1}


def _cleanup(client: TestClient, other: Scope) -> None:
    now_ns = client.app.state.runtime.clock()  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
    store(client, MINE, "mine", ttl_hours=1)
    on: Runtime = client.app.state.runtime  # type: ignore[attr-defined]  # the same
    on.clock = on.cache.clock = lambda: now_ns + 2 * 3_600 * 10**9
    assert post(client, other, "cleanup", {}) == {"removed": 0}
    assert post(client, MINE, "cleanup", {}) == {"removed": 1}


def _potential(client: TestClient, other: Scope) -> None:
    on: Runtime = client.app.state.runtime  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
    looked_on = {Counted(MINE, "llm", "n", "read_only"): Counts(would_hit=3, matched=3)}
    on.cache.ledger.add_counts(looked_on, {}, on.clock())
    assert client.get(f"{path(other)}/potential").json() == {"items": []}
    assert len(client.get(f"{path(MINE)}/potential").json()["items"]) == 1


def _previewed(client: TestClient, other: Scope) -> None:
    store(client, MINE, "mine", cache_key="k")
    for criteria in ("everything=true", "node_type=llm", "node_id=n", "cache_key=k", "tag=t"):
        assert client.get(f"{path(other)}/invalidate?{criteria}").json() == {"entries": 0, "bytes": 0}
        assert client.get(f"{path(MINE)}/invalidate?{criteria}").json()["entries"] == 1, criteria


def _expired(client: TestClient, other: Scope) -> None:
    on: Runtime = client.app.state.runtime  # type: ignore[attr-defined]  # the same
    store(client, MINE, "mine", ttl_hours=1)
    now_ns = on.clock()
    on.clock = on.cache.clock = lambda: now_ns + 2 * 3_600 * 10**9
    assert client.get(f"{path(other)}/cleanup").json() == {"entries": 0, "bytes": 0}
    assert client.get(f"{path(MINE)}/cleanup").json()["entries"] == 1


ROUTES: dict[str, Callable[[TestClient, Scope], None]] = {
    "GET statistics": _statistics,
    "GET top-nodes": _top_nodes,
    "GET entries/{cache_key}": _entry,
    "GET potential": _potential,
    "GET invalidate": _previewed,
    "GET cleanup": _expired,
    "POST lookup": _lookup,
    "POST store": _store,
    "POST invalidate": _invalidate,
    "POST cleanup": _cleanup,
}


def test_every_route_is_tested() -> None:
    prefix = f"{rest_cache.router.prefix}/"
    there = {
        f"{method} {route.path.removeprefix(prefix)}"
        for route in rest_cache.router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    assert there == set(ROUTES)


@pytest.mark.parametrize("other", THEIRS, ids=" ".join)
@pytest.mark.parametrize("route", ROUTES)
def test_a_route_tells_nothing_of_another_scope(client: TestClient, route: str, other: Scope) -> None:
    ROUTES[route](client, other)


KEYS = ("llm", {"model": "m"}, {"prompt": "Hi"})


@pytest.fixture
def mine(runtime: Runtime) -> Iterator[str]:
    """The key of a result of mine, which was served once; `use_scope` says whose a call is."""
    with use_scope(*MINE):
        key = Cache.generate_cache_key(*KEYS)
        assert Cache.store_cached_result(key, *KEYS, "mine", 1.0, node_id="n", tags=["t"])
        assert Cache.get_cached_result(key) == "mine"
    runtime.cache.memory.clear()
    yield key
    with use_scope(*MINE):
        assert Cache.get_cached_result(key) == "mine"


async def _theirs() -> str:
    return "theirs"


def _computed(_key: str) -> None:
    assert Cache.get_or_compute(*KEYS, lambda: "theirs", min_seconds=0) == "theirs"


def _computed_async(_key: str) -> None:
    import asyncio  # noqa: PLC0415 - only here

    assert asyncio.run(Cache.get_or_compute_async(*KEYS, _theirs, min_seconds=0)) == "theirs"


def _stored(key: str) -> None:
    assert Cache.store_cached_result(key, *KEYS, "theirs", 1.0)
    assert Cache.get_cached_result(key) == "theirs"


def _invalidated(key: str) -> None:
    for criteria in ({"everything": True}, {"node_type": "llm"}, {"node_id": "n"}, {"cache_key": key}, {"tag": "t"}):
        assert Cache.invalidate_cache(**criteria) == 0


def _nothing(*_: object) -> None:
    """It is about no scope: it knows nothing of what is kept."""


CALLS: dict[str, Callable[[str], object]] = {
    "generate_cache_key": lambda key: _unequal(Cache.generate_cache_key(*KEYS), key),
    "get_cached_result": lambda key: _unequal(Cache.get_cached_result(key, "nothing"), "mine"),
    "store_cached_result": _stored,
    "get_or_compute": _computed,
    "get_or_compute_async": _computed_async,
    "should_cache_node": _nothing,
    "explain_decision": _nothing,
    "invalidate_cache": _invalidated,
    "cleanup_expired_cache": lambda _key: _equal(Cache.cleanup_expired_cache(), 0),
    "get_cache_statistics": lambda _key: _equal(_told(Cache.get_cache_statistics()), (0, 0, 0, 0)),
    "get_top_cached_nodes": lambda _key: _equal(Cache.get_top_cached_nodes(), ()),
    "explain_key": lambda key: _equal(Cache.explain_key(key).state, "absent"),
}


def _told(statistics: Any) -> tuple[int, ...]:
    return (statistics.hits, statistics.misses, statistics.stores, statistics.entries)


def _equal(one: object, other: object) -> None:
    assert one == other


def _unequal(one: object, other: object) -> None:
    assert one != other


def test_every_service_call_is_tested() -> None:
    assert {name for name, _ in inspect.getmembers(Cache, inspect.isroutine) if not name.startswith("_")} == set(CALLS)


@pytest.mark.parametrize("other", THEIRS, ids=" ".join)
@pytest.mark.parametrize("call", CALLS)
def test_a_service_call_tells_nothing_of_another_scope(call: str, other: Scope, mine: str) -> None:
    with use_scope(*other):
        CALLS[call](mine)


COMMANDS: dict[str, tuple[list[str], str]] = {
    "stats": ([], r"all\s+–\s+0\s+0"),
    "top": ([], "No result was served"),
    "explain": (["KEY"], r"state\s+absent"),
    "invalidate": (["--everything", "--yes"], "Took 0 results out"),
    "cleanup": ([], "Removed 0 results"),
}


def test_every_command_is_tested() -> None:
    assert set(getattr(typer.main.get_command(cli_cache.app), "commands", {})) == set(COMMANDS)


@pytest.mark.parametrize("other", THEIRS, ids=" ".join)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_tells_nothing_of_another_scope(command: str, other: Scope, mine: str, runtime: Runtime) -> None:
    runtime.cache.counts.flush()
    words, said = COMMANDS[command]
    words = [mine if word == "KEY" else word for word in words]
    scope = ["--app", other.app_id, "--workflow", other.workflow_id, "--database-url", runtime.settings.database_url]
    answer = CliRunner().invoke(command_line, ["cache", command, *words, *scope])
    runtime_module.install(runtime)
    assert answer.exit_code == 0, answer.output
    assert re.search(said, answer.output), answer.output

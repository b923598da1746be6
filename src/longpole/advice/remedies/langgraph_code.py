"""Pieces of LangGraph programs, each of which runs as it stands.

Invariant: each compiles, and with usual names of nodes builds its graph;
names from outside are literals.

Upstream: `langgraph`. Downstream: `given`.
Source: langgraph 1.0 and later (`langgraph.types`, `StateGraph.add_node`).
"""

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.given import plain, python_names, python_text


def cached(node: NodeInfo, ttl_s: int, *, is_per_user: bool) -> str:
    """A cache policy and our cache."""
    name, function = python_names(node)
    fields = '["question", "user_id"]' if is_per_user else '["question"]'
    return f"""\
import json

from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy

from longpole.integrations.langgraph import LongpoleCache


def {function}(state: dict) -> dict:
    return {{"answer": state["question"]}}  # as it is


def key(state: dict) -> str:
    return json.dumps({{field: state[field] for field in {fields}}}, sort_keys=True)


graph = StateGraph(dict)
graph.add_node({name}, {function}, cache_policy=CachePolicy(key_func=key, ttl={ttl_s}))
graph.add_edge(START, {name})
app = graph.compile(cache=LongpoleCache("my-app", "my-workflow"))
"""


def retried(node: NodeInfo, attempts: int, wait_s: float) -> str:
    """A retry policy."""
    name, function = python_names(node)
    return f"""\
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy


def {function}(state: dict) -> dict:
    return state  # as it is


policy = RetryPolicy(max_attempts={attempts}, initial_interval={plain(wait_s)}, backoff_factor=2.0, jitter=True)
graph = StateGraph(dict)
graph.add_node({name}, {function}, retry_policy=policy)
graph.add_edge(START, {name})
app = graph.compile()
"""


def choosy(node: NodeInfo, error_type: str | None, status: int | None) -> str:
    """A retry policy that says no to what is hopeless."""
    name, function = python_names(node)
    names = "{" + python_text(error_type) + "}" if error_type else "set()"
    statuses = sorted({400, 401, 403, 404, 422} | ({status} if status else set()))
    return f"""\
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy

HOPELESS_STATUSES = {{{", ".join(map(str, statuses))}}}
HOPELESS_ERRORS = {names}


def is_worth_retrying(error: Exception) -> bool:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status not in HOPELESS_STATUSES and type(error).__name__ not in HOPELESS_ERRORS


def {function}(state: dict) -> dict:
    return state  # as it is


graph = StateGraph(dict)
graph.add_node({name}, {function}, retry_policy=RetryPolicy(max_attempts=3, retry_on=is_worth_retrying))
graph.add_edge(START, {name})
app = graph.compile()
"""


def timed(node: NodeInfo, seconds: float) -> str:
    """An attempt that gives up in time."""
    name, function = python_names(node)
    return f"""\
import asyncio

from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy


async def {function}(state: dict) -> dict:
    async with asyncio.timeout({plain(seconds)}):
        return state  # as it is


graph = StateGraph(dict)
graph.add_node({name}, {function}, retry_policy=RetryPolicy(max_attempts=2, retry_on=TimeoutError))
graph.add_edge(START, {name})
app = graph.compile()
"""


def fallback(node: NodeInfo) -> str:
    """A branch for failures."""
    name, function = python_names(node)
    return f"""\
from langgraph.graph import END, START, StateGraph


def {function}(state: dict) -> dict:
    try:
        return {{**state, "answer": state["question"], "error": None}}  # as it is
    except Exception as error:
        return {{**state, "error": type(error).__name__}}


def fallback(state: dict) -> dict:
    return {{**state, "answer": "Sorry, that is not available just now."}}


graph = StateGraph(dict)
graph.add_node({name}, {function})
graph.add_node("fallback", fallback)
graph.add_edge(START, {name})
graph.add_conditional_edges({name}, lambda state: "fallback" if state["error"] else END, ["fallback", END])
graph.add_edge("fallback", END)
app = graph.compile()
"""


def fan_out(node: NodeInfo, new_edges: tuple[tuple[str, str], ...]) -> str:
    """Branches that run in the same step."""
    name, function = python_names(node)
    if new_edges:
        edges = "".join(f"    graph.add_edge({_end(a)}, {_end(b)})\n" for a, b in new_edges)
        return f"""\
from langgraph.graph import END, START, StateGraph


def with_new_edges(graph: StateGraph) -> StateGraph:
{edges}    return graph
"""
    return f"""\
import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict):
    question: str
    found: Annotated[list, operator.add]


def {function}(state: State) -> dict:
    return {{"found": [1]}}  # as it is


def beside_it(state: State) -> dict:
    return {{"found": [2]}}  # as it is


def joined(state: State) -> dict:
    return {{"question": str(state["found"])}}  # as it is


graph = StateGraph(State)
graph.add_node({name}, {function})
graph.add_node("beside it", beside_it)
graph.add_node("joined", joined)
graph.add_edge(START, {name})
graph.add_edge(START, "beside it")
graph.add_edge([{name}, "beside it"], "joined")
graph.add_edge("joined", END)
app = graph.compile()
"""


def _end(node_id: str) -> str:
    return {"__start__": "START", "__end__": "END"}.get(node_id) or python_text(node_id)


def send_each(node: NodeInfo, slots: int) -> str:
    """An execution for each item."""
    name, function = python_names(node)
    return f"""\
import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send


class State(TypedDict):
    items: list
    results: Annotated[list, operator.add]


async def {function}(state: dict) -> dict:
    return {{"results": [state["item"]]}}  # what is done with one item


def each_item(state: State) -> list[Send]:
    return [Send({name}, {{"item": item}}) for item in state["items"]]


graph = StateGraph(State)
graph.add_node({name}, {function})
graph.add_conditional_edges(START, each_item, [{name}])
graph.add_edge({name}, END)
app = graph.compile()


async def run(items: list) -> list:
    return (await app.ainvoke({{"items": items, "results": []}}, config={{"max_concurrency": {slots}}}))["results"]
"""


def concurrent(node: NodeInfo, slots: int) -> str:
    """More at once."""
    name, function = python_names(node)
    return f"""\
from langgraph.graph import START, StateGraph


async def {function}(state: dict) -> dict:
    return state  # as it is


graph = StateGraph(dict)
graph.add_node({name}, {function})
graph.add_edge(START, {name})
app = graph.compile()


async def run(inputs: dict) -> dict:
    return await app.ainvoke(inputs, config={{"max_concurrency": {slots}}})
"""


def stored(node: NodeInfo) -> str:
    """A key instead of the thing."""
    name, function = python_names(node)
    return f"""\
import uuid

from langgraph.graph import START, StateGraph
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore


def {function}(state: dict, *, store: BaseStore) -> dict:
    key = str(uuid.uuid4())
    store.put(("results",), key, {{"text": state["document"]}})
    return {{"document_key": key}}


graph = StateGraph(dict)
graph.add_node({name}, {function})
graph.add_edge(START, {name})
app = graph.compile(store=InMemoryStore())  # in production a store on a database
"""


def bounded(node: NodeInfo, most: int) -> str:
    """So many rounds at most."""
    name, function = python_names(node)
    return f"""\
from langgraph.graph import END, START, StateGraph


def {function}(state: dict) -> dict:
    return {{**state, "rounds": state.get("rounds", 0) + 1}}  # and what it does


def again(state: dict) -> str:
    return END if state.get("is_done") or state["rounds"] >= {most} else {name}


graph = StateGraph(dict)
graph.add_node({name}, {function})
graph.add_edge(START, {name})
graph.add_conditional_edges({name}, again, [{name}, END])
app = graph.compile()
"""

"""Pieces of LangGraph programs around the call of a model: what it is sent, how much it answers, which one it is.

Invariant: each compiles, and with usual names of nodes builds its graph;
names from outside are literals.

Upstream: `langgraph`. Downstream: `given`.
Source: langchain-core 1.0 and later (`trim_messages`, `BaseChatModel.bind`).
"""

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.given import python_names, python_text


def trimmed(node: NodeInfo, tokens: int) -> str:
    """The latest messages."""
    _, function = python_names(node)
    return f"""\
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import trim_messages
from langchain_core.messages.utils import count_tokens_approximately


def {function}(state: dict, model: BaseChatModel) -> dict:
    latest = trim_messages(
        state["messages"],
        max_tokens={tokens},
        strategy="last",
        start_on="human",
        include_system=True,
        token_counter=count_tokens_approximately,
    )
    return {{"messages": [model.invoke(latest)]}}
"""


def stable_first(node: NodeInfo) -> str:
    """What stays the same, then what changes."""
    _, function = python_names(node)
    return f"""\
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

INSTRUCTIONS = SystemMessage("You answer questions about orders.")


def {function}(state: dict, model: BaseChatModel) -> dict:
    changing = f"Today is {{state['today']}}.\\n\\n{{state['question']}}"
    return {{"answer": model.invoke([INSTRUCTIONS, HumanMessage(changing)]).content}}
"""


def limited(node: NodeInfo, tokens: int) -> str:
    """A limit for the answer."""
    _, function = python_names(node)
    return f"""\
from langchain_core.language_models import BaseChatModel


def {function}(state: dict, model: BaseChatModel) -> dict:
    return {{"answer": model.bind(max_tokens={tokens}).invoke(state["messages"]).content}}
"""


def two_arms(node: NodeInfo, model: str, share: float) -> str:
    """A part of the traffic for another model."""
    name, function = python_names(node)
    return f"""\
import hashlib

from langgraph.graph import END, START, StateGraph

OTHER_MODEL = {python_text(model)}
OTHER = {name} + " (other model)"


def {function}(state: dict) -> dict:
    return state  # as it is


def with_other_model(state: dict) -> dict:
    return {{**state, "model": OTHER_MODEL}}  # the same, with the other model


def arm(state: dict) -> str:
    digest = hashlib.sha256(f"model-test:{{state['user_id']}}".encode()).digest()
    return OTHER if int.from_bytes(digest[:8], "big") < {share:.4g} * 2**64 else {name}


graph = StateGraph(dict)
graph.add_node({name}, {function})
graph.add_node(OTHER, with_other_model)
graph.add_conditional_edges(START, arm, [{name}, OTHER])
graph.add_edge({name}, END)
graph.add_edge(OTHER, END)
app = graph.compile()
"""

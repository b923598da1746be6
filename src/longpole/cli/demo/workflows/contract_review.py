"""Contracts: split into clauses, each reviewed side by side with the others, then a verdict on the whole.

A contract with a clause that cannot be read ends its run with an error.
"""

import operator
import time
from typing import Annotated, Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from longpole.cli.demo.handbook import CONTRACT_GUIDE
from longpole.cli.demo.simulated_model import SimulatedModel

_REVIEWER = SimulatedModel(model="gpt-4o-mini", tokens_per_s=150)
_JUDGE = SimulatedModel(model="o3-mini", first_token_s=0.3, tokens_per_s=700, reasoning_tokens=260)
_REMARK = "The clause on {clause} names no limit; at worst it costs a year's fee. Ask for a cap at twelve months."
_VERDICT = "Sign after three changes: cap the liability, strike the price clause, and shorten the notice to one month."


class UnreadableClauseError(ValueError):
    """A clause that is not text."""


class Contract(TypedDict, total=False):
    """What the steps know of a contract."""

    text: str
    clauses: list[str]
    remarks: Annotated[list[str], operator.add]
    verdict: str


class Clause(TypedDict):
    """One clause, for one reviewer."""

    clause: str


def split(state: Contract) -> Contract:
    """The clauses."""
    time.sleep(0.03)
    return {"clauses": [clause.strip() for clause in state["text"].split(";")]}


def hand_out(state: Contract) -> list[Send]:
    """A reviewer for each clause."""
    return [Send("review_clause", {"clause": clause}) for clause in state["clauses"]]


def review_clause(state: Clause) -> Contract:
    """What is wrong with a clause."""
    clause = state["clause"]
    if "\ufffd" in clause:
        raise UnreadableClauseError(f"clause is not readable: {clause!r}")
    remark = _REVIEWER.invoke(
        [SystemMessage(CONTRACT_GUIDE), HumanMessage(clause)], answer=_REMARK.format(clause=clause)
    )
    return {"remarks": [str(remark.content)]}


def verdict(state: Contract) -> Contract:
    """The verdict, by a model that reasons."""
    prompt = SystemMessage("Weigh the remarks and say whether to sign, in one sentence.")
    judged = _JUDGE.invoke([prompt, HumanMessage("\n".join(state["remarks"]))], answer=_VERDICT)
    return {"verdict": str(judged.content)}


def contract_review() -> Runnable[Any, Any]:
    """The workflow."""
    graph = StateGraph(Contract)
    graph.add_node(split)
    graph.add_node(review_clause)
    graph.add_node(verdict)
    graph.add_edge(START, "split")
    graph.add_conditional_edges("split", hand_out, ["review_clause"])
    graph.add_edge("review_clause", "verdict")
    graph.add_edge("verdict", END)
    return graph.compile(name="contract_review")


CONTRACTS = (
    "payment within 60 days; liability without limit; notice of one year",
    "prices may be changed by the seller; delivery when it suits; secrecy for ever; warranty excluded",
    "data may be sold; payment in advance",
    "liability \ufffd\ufffd\ufffd; payment within 10 days",
)

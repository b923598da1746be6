"""Invoices from the post: read, matched to their order, and posted to a ledger that is not always there.

Posting is tried up to three times. A run whose ledger stays away fails.
"""

import json
import threading
import time
from collections import Counter
from typing import Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.types import RetryPolicy

from longpole.cli.demo.simulated_model import SimulatedModel

_READER = SimulatedModel(model="gpt-4o-mini", tokens_per_s=160)
_GUIDE = "Read the invoice. Answer with JSON: number, supplier, date, lines, net, tax and total."
_RETRY = RetryPolicy(max_attempts=3, initial_interval=0.2, backoff_factor=2, jitter=False, retry_on=ConnectionError)


class LedgerUnavailableError(ConnectionError):
    """The ledger did not answer."""


class Invoice(TypedDict, total=False):
    """What the steps know of an invoice; `outages` is how often the ledger will not answer."""

    number: str
    text: str
    outages: int
    fields: str
    order: str
    posted: bool


class _Ledger:
    """A bookkeeping system with outages."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def post(self, number: str, outages: int) -> None:
        time.sleep(0.09)
        with self._lock:
            self._asked[number] += 1
            asked = self._asked[number]
        if asked <= outages:
            raise LedgerUnavailableError(f"ledger: 503 while posting {number}")


_LEDGER = _Ledger()


@tool
def find_order(number: str) -> str:
    """The order that an invoice belongs to."""
    time.sleep(0.12)
    return number.replace("INV", "PO")


def read_invoice(state: Invoice) -> Invoice:
    """The fields of the invoice, by a model."""
    fields = {"number": state["number"], "supplier": "Norden Papier", "net": 118.4, "tax": 22.5, "total": 140.9}
    read = _READER.invoke([SystemMessage(_GUIDE), HumanMessage(state["text"])], answer=json.dumps(fields))
    return {"fields": str(read.content)}


def match_order(state: Invoice) -> Invoice:
    """Its order."""
    return {"order": find_order.invoke({"number": state["number"]})}


def post_to_ledger(state: Invoice) -> Invoice:
    """Posted, unless the ledger stays away."""
    _LEDGER.post(state["number"], state["outages"])
    return {"posted": True}


def invoice_intake() -> Runnable[Any, Any]:
    """The workflow."""
    graph = StateGraph(Invoice)
    graph.add_node(read_invoice)
    graph.add_node(match_order)
    graph.add_node(post_to_ledger, retry_policy=_RETRY)
    graph.add_edge(START, "read_invoice")
    graph.add_edge("read_invoice", "match_order")
    graph.add_edge("match_order", "post_to_ledger")
    graph.add_edge("post_to_ledger", END)
    return graph.compile(name="invoice_intake")


def invoice(number: str, outages: int) -> Invoice:
    """An invoice whose posting meets so many outages."""
    lines = "\n".join(f"{line}. copy paper A4, 80 g, 5 reams: {line * 4.2:.2f}" for line in range(1, 8))
    return {"number": number, "outages": outages, "text": f"Norden Papier, invoice {number}\n{lines}\nTotal: 140.90"}


INVOICES = tuple(invoice(f"INV-{1041 + place}", outages) for place, outages in enumerate((0, 1, 0, 2, 0, 3)))

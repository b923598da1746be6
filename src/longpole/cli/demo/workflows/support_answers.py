"""Questions of customers, answered from a handbook: four steps, one after the other."""

import time
from typing import Any, TypedDict

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph

from longpole.cli.demo.handbook import SUPPORT_HANDBOOK
from longpole.cli.demo.simulated_model import SimulatedModel

_SMALL = SimulatedModel(model="gpt-4o-mini")
_LARGE = SimulatedModel(model="gpt-4o", first_token_s=0.25, tokens_per_s=120)
_ANSWER = (
    "Thank you for asking about {topic}. You may send it back within 30 days of delivery, and the refund reaches you "
    "within five working days of its arrival. If it is faulty we pay the way back, and a new one is on its way."
)


class Ticket(TypedDict, total=False):
    """What the steps know of a customer's question."""

    question: str
    topic: str
    passages: list[str]
    answer: str
    is_kind: bool


class HandbookSearch(BaseRetriever):
    """Finds the paragraphs of the handbook that share most words with a question."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002 - LangChain's signature
        time.sleep(0.06)
        words = set(query.lower().split())
        paragraphs = sorted(SUPPORT_HANDBOOK.splitlines()[1:], key=lambda text: -len(words & set(text.lower().split())))
        return [Document(text) for text in paragraphs[:3]]


def classify(state: Ticket) -> Ticket:
    """What the question is about."""
    prompt = SystemMessage("Name the article that the customer asks about, in one or two words.")
    topic = _SMALL.invoke([prompt, HumanMessage(state["question"])], answer=state["question"].split()[-1].strip("?"))
    return {"topic": str(topic.content)}


def search(state: Ticket) -> Ticket:
    """The handbook's paragraphs on it."""
    found = HandbookSearch().invoke(f"{state['topic']} {state['question']}")
    return {"passages": [document.page_content for document in found]}


def answer(state: Ticket) -> Ticket:
    """The answer, by the larger model."""
    question = "\n".join([*state["passages"], state["question"]])
    written = _LARGE.invoke(
        [SystemMessage(SUPPORT_HANDBOOK), HumanMessage(question)], answer=_ANSWER.format(topic=state["topic"])
    )
    return {"answer": str(written.content)}


def check_tone(state: Ticket) -> Ticket:
    """Whether it is kind enough to be sent."""
    prompt = SystemMessage("Is this answer kind? Say yes or no.")
    verdict = _SMALL.invoke([prompt, HumanMessage(state["answer"])], answer="Yes.")
    return {"is_kind": str(verdict.content) == "Yes."}


def support_answers() -> Runnable[Any, Any]:
    """The workflow."""
    graph = StateGraph(Ticket)
    graph.add_sequence([classify, search, answer, check_tone])
    graph.add_edge(START, "classify")
    graph.add_edge("check_tone", END)
    return graph.compile(name="support_answers")


QUESTIONS = (
    "How long may I keep before I return my tent?",
    "The handle came off. Who pays if I send back my kettle?",
    "Is there a spare lid for my coffee grinder?",
    "When is the money back on my card for the bicycle?",
    "One ear is silent after a month. Is this covered for headphones?",
    "It arrived in the wrong green. Can I swap my backpack?",
)

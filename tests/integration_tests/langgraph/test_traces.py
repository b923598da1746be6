"""Instrumented programs: hits stand in the trace of their run, beside the nodes that ran, and the server reads them."""

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, TypedDict
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

import longpole
from longpole.domain.runs import RunRecord
from longpole.ingest.otlp.intake import Encoding, Intake, Signal
from longpole.ingest.otlp.span import RequestContext
from longpole.ingest.pipeline import Pipeline
from longpole.integrations.langgraph import LongpoleCache
from longpole.runtime import Runtime
from longpole.services import runs, telemetry
from longpole.services.cache import WorkflowCacheService

RunsOf = Callable[[], list[RunRecord]]


MODEL = {"model_name": "gpt-4o", "model_provider": "openai"}


class State(TypedDict, total=False):
    question: str
    found: str
    answer: str


@pytest.fixture
def exported() -> Iterator[tuple[TracerProvider, InMemorySpanExporter]]:
    """Where the spans of the program go; no provider is the global one, as in many a program."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter
    provider.shutdown()


@pytest.fixture
def runs_of_traces(exported: tuple[TracerProvider, InMemorySpanExporter], here: Runtime) -> RunsOf:
    """The runs of everything that was exported, the oldest first, as the server makes them."""

    def read() -> list[RunRecord]:
        pipeline = Pipeline(here)
        pipeline.start()
        body = encode_spans(exported[1].get_finished_spans()).SerializeToString()
        Intake(pipeline).take(Signal.TRACES, Encoding.PROTOBUF, body, RequestContext(None)).stored.result(20)
        pipeline.stop()
        while waiting := telemetry.pending_traces(here.clock(), 100):
            telemetry.assemble(waiting)
        found = [run for each in runs.list_workflows("shop") for run in runs.list_runs("shop", each.workflow_id).items]
        return [runs.get_run(run.workflow_run_id) for run in sorted(found, key=lambda run: run.start_ns or 0)]

    return read


@pytest.fixture
def instrumented(exported: tuple[TracerProvider, InMemorySpanExporter]) -> Iterator[None]:
    """LangChain's runs are told by the stock instrumentation."""
    instrumentor = LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=exported[0])
    yield
    instrumentor.uninstrument()


def graph(cache: Any) -> Any:
    def search(state: State) -> State:
        return {"found": state["question"]}

    def answer(state: State) -> State:
        usage = {"input_tokens": 1_000_000, "output_tokens": 100_000, "total_tokens": 1_100_000}
        message = AIMessage("yes", usage_metadata=usage, response_metadata=MODEL)
        model = GenericFakeChatModel(messages=iter([message]))
        return {"answer": str(model.invoke(state["question"]).content)}

    made = StateGraph(State)
    made.add_node("search", search)
    made.add_node("answer", answer, cache_policy=CachePolicy(ttl=600))
    made.add_edge(START, "search")
    made.add_edge("search", "answer")
    return made.compile(cache=cache, name="ask")


@pytest.mark.usefixtures("instrumented")
@pytest.mark.parametrize("is_async", [False, True])
def test_a_hit_is_a_node_of_the_run_of_its_trace(runs_of_traces: RunsOf, *, is_async: bool) -> None:
    ask = graph(LongpoleCache("shop", "ask", node_types={"answer": "llm"}))
    for _ in range(2):
        result = asyncio.run(ask.ainvoke({"question": "?"})) if is_async else ask.invoke({"question": "?"})
        assert result["answer"] == "yes"
    first, second = runs_of_traces()

    assert [node.node_id for node in first.nodes if node.node_type == "node"] == ["search", "answer"]
    assert [(node.node_id, node.is_cached) for node in second.nodes if node.node_type == "node"] == [
        ("search", None),
        ("answer", True),
    ]
    assert first.run.trace_id != second.run.trace_id
    assert (first.run.workflow_id, second.run.workflow_id) == ("ask", "ask")
    assert (second.run.cached_nodes, second.run.failed_nodes) == (1, 0)
    assert second.run.cost_usd == 0


@pytest.mark.usefixtures("instrumented")
def test_what_the_models_of_a_node_cost_is_what_its_hits_save() -> None:
    """gpt-4o: 2.50 dollars for a million tokens in, 10 for a million out."""
    ask = graph(LongpoleCache("shop", "ask", node_types={"answer": "llm"}))
    for _ in range(3):
        ask.invoke({"question": "?"})
    figures = WorkflowCacheService.get_cache_statistics("shop", "ask")
    assert (figures.hits, figures.misses, figures.cost_saved) == (2, 1, 2 * Decimal("3.50"))
    (top,) = WorkflowCacheService.get_top_cached_nodes("shop", "ask")
    assert (top.node_id, top.node_type, top.hits) == ("answer", "llm", 2)


def test_a_span_of_the_programs_own_is_one_too(
    exported: tuple[TracerProvider, InMemorySpanExporter],
) -> None:
    provider, exporter = exported
    ask = graph(LongpoleCache("shop", "ask", tracer_provider=provider))
    ask.invoke({"question": "?"})
    with provider.get_tracer("mine").start_as_current_span("request") as span:
        ask.invoke({"question": "?"})
    hit, request = exporter.get_finished_spans()
    assert (hit.name, request.name) == ("answer", "request")
    assert hit.parent is not None
    assert hit.parent.span_id == span.get_span_context().span_id
    assert hit.attributes is not None
    assert (hit.attributes["longpole.is_cached"], hit.attributes["longpole.node_id"]) == (True, "answer")


class HoldsSpans(BaseCallbackHandler):
    """Keeps the span of each run under its id, as OpenLLMetry's handler does."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.spans: dict[UUID, SimpleNamespace] = {}

    def on_chain_start(self, *_given: Any, run_id: UUID, **_more: Any) -> None:
        self.spans[run_id] = SimpleNamespace(span=self.tracer.start_span(f"chain {len(self.spans)}"))

    def on_chain_end(self, *_given: Any, run_id: UUID, **_more: Any) -> None:
        self.spans.pop(run_id).span.end()


def test_the_span_of_the_graph_is_found_where_a_handler_holds_it(
    exported: tuple[TracerProvider, InMemorySpanExporter],
) -> None:
    provider, exporter = exported
    ask = graph(LongpoleCache("shop", "ask"))
    ask.invoke({"question": "?"})
    ask.invoke({"question": "?"}, {"callbacks": [HoldsSpans(provider.get_tracer("theirs"))]})
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans["answer"].parent is not None
    assert spans["answer"].parent.span_id == spans["chain 0"].get_span_context().span_id


@pytest.mark.usefixtures("instrumented")
def test_where_the_program_is_traced_the_sdk_says_nothing_twice() -> None:
    ask = graph(LongpoleCache("shop", "ask"))
    for _ in range(2):
        with longpole.workflow("ask", app_id="shop") as run:
            ask.invoke({"question": "?"})
        assert longpole.flush(10)
        assert runs.get_run(run.run_id).nodes == ()

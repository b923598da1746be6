"""Dify in each of its shapes: Phoenix, unified, native, enterprise, and what pull request 42008 proposes."""

import json
from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

APP, FLOW, RUN, NODE = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "abcd")
PHOENIX = "arize_phoenix_tracer_my-project"


def metadata(**keys: object) -> dict[str, object]:
    return {"openinference.span.kind": "CHAIN", "metadata": json.dumps(keys)}


def legacy_node(**keys: object) -> dict[str, object]:
    common = {"tenant_id": "t", "app_id": APP, "node_id": NODE, "node_type": "http-request", "app_name": "http1"}
    return metadata(**(common | {"status": "succeeded"} | keys)) | {"session.id": RUN}


def unified_node(**keys: object) -> dict[str, object]:
    common = {"node_id": "1719", "node_execution_id": NODE, "node_type": "llm", "status": "succeeded"}
    return metadata(**(common | keys)) | {"dify.span.id": NODE, "dify.span.synthetic": False}


def test_the_run_of_phoenix_is_not_its_root(mapped: Mapped) -> None:
    root = mapped(
        {"openinference.span.kind": "CHAIN", "dify_project_name": "p", "dify_trace_id": RUN},
        name=RUN,
        parent=None,
        scope=PHOENIX,
    )
    assert (root.role, root.is_ai, root.run_id, root.is_run) == (Role.HIDDEN, False, None, False)
    sent = metadata(
        workflow_id=FLOW,
        workflow_run_id=RUN,
        tenant_id="t",
        app_id=APP,
        app_name="Trips",
        conversation_id="",
        user_id="u1",
        status="partial-succeeded",
        total_tokens=17,
        workflow_run_version="2026-11-23",
        created_from="Dify",
        trace_entity_type="workflow",
    )
    run = mapped(sent, name=f"workflow_{RUN}", scope=PHOENIX, status=1)
    assert (run.run_id, run.is_run, run.is_separate_run, run.node_type) == (RUN, True, True, "workflow")
    assert (run.run_status, run.is_failed, run.has_usage) == ("partial", False, False)
    assert run.app is not None
    assert run.workflow is not None
    assert run.workflow_name is not None
    assert run.workflow_version is not None
    assert run.user is not None
    assert (run.app[1], run.workflow[1], run.workflow_name[1], run.workflow_version[1]) == (APP, APP, "Trips", FLOW)
    assert (run.user[1], run.session) == ("u1", None)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("succeeded", ("succeeded", False, None)),
        ("partial-succeeded", ("partial", False, None)),
        ("failed", ("failed", True, None)),
        ("stopped", ("failed", True, "cancelled")),
        ("paused", (None, False, None)),
    ],
)
def test_how_a_run_ends_is_said_in_words(mapped: Mapped, status: str, said: tuple[object, ...]) -> None:
    run = mapped(metadata(workflow_run_id=RUN, tenant_id="t", status=status))
    assert (run.run_status, run.is_failed, run.error_type) == said
    enterprise = mapped({"dify.workflow.run_id": RUN, "dify.workflow.status": status}, name="dify.workflow.run")
    assert (enterprise.run_status, enterprise.is_failed, enterprise.error_type) == said


def test_a_node_of_phoenix_is_known_by_its_title(mapped: Mapped) -> None:
    facts = mapped(legacy_node(iteration_id="it1", iteration_index=2), name="http-request_http1", scope=PHOENIX)
    assert (facts.node_id, facts.node_title, facts.execution_id) == ("http1", "http1", NODE)
    assert (facts.node_type, facts.raw_type, facts.is_step, facts.is_ai) == ("http_request", "http-request", True, True)
    assert (facts.container_id, facts.iteration_index, facts.run_id, facts.run_status) == ("it1", 2, None, None)
    assert facts.workflow is not None
    assert facts.workflow_name is not None
    assert (facts.workflow[1], facts.workflow_name[1]) == (APP, APP)


def test_a_node_whose_title_is_only_in_its_name(mapped: Mapped) -> None:
    facts = mapped(legacy_node(app_name=None), name="http-request_My request", scope=PHOENIX)
    assert (facts.node_id, facts.node_title) == ("My request", "My request")


@pytest.mark.parametrize(
    ("name", "title"), [("\0", "unnamed"), ("", "unnamed"), ("a\0b", "ab"), ("x" * 300, "x" * 255)]
)
def test_a_title_that_is_only_in_its_name_is_fit_to_be_stored(mapped: Mapped, name: str, title: str) -> None:
    assert mapped({"dify.node.execution_id": "e"}, name=name).node_title == title


def test_a_retried_node_that_succeeded_is_judged_by_its_status(mapped: Mapped) -> None:
    kept = legacy_node(status_message="Reached maximum retries")
    assert not mapped(kept, scope=PHOENIX, status=1).is_failed
    facts = mapped(
        unified_node(retry_count=2),
        status=2,
        message="once",
        events=[("exception", {"exception.type": "RuntimeError"})],
    )
    assert (facts.is_failed, facts.reported_attempts) == (False, 3)


@pytest.mark.parametrize(
    ("status", "said"),
    [("stopped", (True, False, "cancelled")), ("skipped", (False, True, None)), ("running", (False, False, None))],
)
def test_other_ends_of_a_node(mapped: Mapped, status: str, said: tuple[object, ...]) -> None:
    facts = mapped(legacy_node(status=status), scope=PHOENIX)
    assert (facts.is_failed, facts.is_skipped, facts.error_type) == said


@pytest.mark.parametrize("status", ["failed", "exception"])
def test_a_node_failed_even_if_that_was_handled(mapped: Mapped, status: str) -> None:
    facts = mapped(legacy_node(status=status, status_message="HTTP 500"), scope=PHOENIX, status=1)
    assert (facts.is_failed, facts.error_message) == (True, "HTTP 500")


def test_a_model_of_phoenix(mapped: Mapped) -> None:
    sent = legacy_node(node_type="llm", app_name="llm1", total_tokens=17, total_price="0.00000525", currency="USD")
    usage = '{"text": "x", "usage": {"prompt_tokens": 11, "time_to_first_token": 0.437}}'
    sent |= {"llm.provider": "langgenius/openai/openai", "llm.model_name": "gpt-4o", "output.value": usage}
    sent |= {"llm.token_count.prompt": 11, "llm.token_count.completion": 6}
    facts = mapped(sent, name="llm_llm1", scope=PHOENIX)
    assert (facts.node_type, facts.provider, facts.model) == ("llm", "openai", "gpt-4o")
    assert (facts.input_tokens, facts.output_tokens, facts.cost_pico_usd) == (11, 6, 5_250_000)
    assert facts.first_token_ns == 437_000_000


@pytest.mark.parametrize(
    ("currency", "cost"), [("USD", 10**12), ("usd", 10**12), (None, 10**12), ("RMB", None), ("EUR", None)]
)
def test_only_dollars_are_known(mapped: Mapped, currency: str | None, cost: int | None) -> None:
    facts = mapped(legacy_node(node_type="llm", total_price="1.0", currency=currency) | {"llm.token_count.prompt": 1})
    assert facts.cost_pico_usd == cost


def test_zeros_of_nodes_without_a_model_say_nothing(mapped: Mapped) -> None:
    facts = mapped(
        unified_node(node_type="iteration", prompt_tokens=0, completion_tokens=0, total_price="0.0")
        | {"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}
    )
    assert (facts.input_tokens, facts.output_tokens, facts.cost_pico_usd) == (None, None, None)


def test_usage_that_only_the_output_has(mapped: Mapped) -> None:
    sent = legacy_node(node_type="parameter-extractor", total_price="0.5", currency="USD")
    sent["output.value"] = '{"__usage": {"prompt_tokens": 30, "completion_tokens": 4}, "city": "Oslo"}'
    facts = mapped(sent)
    assert (facts.node_type, facts.input_tokens, facts.output_tokens) == ("parameter_extractor", 30, 4)
    code = mapped(legacy_node(node_type="code") | {"output.value": '{"usage": {"prompt_tokens": 30}}'})
    assert not code.has_usage


def test_a_node_of_unified_tracing_has_the_graphs_id(mapped: Mapped) -> None:
    sent = unified_node(
        model_provider="langgenius/openai/openai", model_name="gpt-4o", prompt_tokens=11, completion_tokens=6
    )
    facts = mapped(sent, name="llm_Ask: model")
    assert (facts.node_id, facts.node_title, facts.execution_id) == ("1719", "Ask: model", NODE)
    assert (facts.input_tokens, facts.output_tokens, facts.provider, facts.model) == (11, 6, "openai", "gpt-4o")
    graph_of_uuids = mapped(unified_node(node_id=FLOW), name="llm_x")
    assert (graph_of_uuids.node_id, graph_of_uuids.execution_id) == (FLOW, NODE)


def test_rounds_of_a_loop_and_the_message_around_a_run_are_hidden(mapped: Mapped) -> None:
    round_ = mapped(
        metadata(wrapper_type="iteration", wrapper_index=0, container_execution_id=NODE) | {"dify.span.synthetic": True}
    )
    message = mapped(
        metadata(workflow_run_id=RUN, tenant_id="t", trace_entity_type="message"), name=f"chatflow_{RUN}", parent=None
    )
    assert (round_.role, round_.is_ai) == (message.role, message.is_ai) == (Role.HIDDEN, False)
    assert (message.run_id, message.is_run) == (RUN, False)


def test_a_node_of_the_native_export(mapped: Mapped) -> None:
    resource = {"service.name": "langgenius/dify", "service.version": "dify-1.14.1-abc"}
    sent = {"node.id": "http1", "node.execution_id": NODE, "node.type": "http-request", "gen_ai.framework": "dify"}
    facts = mapped(
        sent | {"gen_ai.span.kind": "TASK"},
        name="Fetch",
        scope="core.app.workflow.layers.observability",
        resource=resource,
    )
    assert (facts.node_id, facts.node_title, facts.node_type, facts.execution_id) == (
        "http1",
        "Fetch",
        "http_request",
        NODE,
    )
    assert (facts.role, facts.is_step, facts.run_id) == (Role.NODE, True, None)


def test_only_the_start_node_of_the_native_export_knows_the_run(mapped: Mapped) -> None:
    sent = {"node.id": "start", "node.execution_id": NODE, "node.type": "start", "gen_ai.framework": "dify"}
    facts = mapped(sent | {"output.value": json.dumps({"q": "kiwi", "sys.workflow_run_id": RUN})})
    assert (facts.run_id, facts.is_separate_run) == (RUN, True)
    assert mapped(sent | {"output.value": '"sys.workflow_run_id'}).run_id is None


def test_a_model_of_the_native_export(mapped: Mapped) -> None:
    usage = {"total_price": "0.0000063", "currency": "USD", "time_to_first_token": 0.404}
    facts = mapped(
        {
            "node.id": "llm1",
            "node.execution_id": NODE,
            "node.type": "llm",
            "gen_ai.framework": "dify",
            "gen_ai.span.kind": "LLM",
            "gen_ai.request.model": "fake-mini",
            "gen_ai.provider.name": "fakeai/fakeai/fakeai",
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 8,
            "output.value": json.dumps({"text": "x", "usage": usage}),
        }
    )
    assert (facts.provider, facts.model, facts.cost_pico_usd) == ("fakeai", "fake-mini", 6_300_000)
    assert (facts.input_tokens, facts.output_tokens, facts.first_token_ns) == (10, 8, 404_000_000)


@pytest.mark.parametrize(
    ("name", "kind", "sent"),
    [
        ("SELECT dify", 3, {"db.system": "postgresql"}),
        ("POST /v1/workflows/run", 2, {"http.method": "POST"}),
        ("POST", 3, {"http.url": "http://x"}),
        ("services.AppGenerateService.generate", 1, {"dify.workflow_id": "unknown"}),
    ],
)
@pytest.mark.parametrize(
    "resource", [{"service.name": "langgenius/dify"}, {"service.name": "ours", "service.version": "dify-1.14.1-x"}]
)
def test_the_rest_of_the_native_export_is_plumbing(
    mapped: Mapped, name: str, kind: int, sent: dict[str, str], resource: dict[str, str]
) -> None:
    facts = mapped(sent, name=name, kind=kind, resource=resource)
    assert (facts.role, facts.is_ai, facts.workflow) == (Role.HIDDEN, False, None)


def test_the_runner_of_the_native_export_is_the_run(mapped: Mapped) -> None:
    facts = mapped(
        {"dify.app_id": APP, "dify.workflow_id": FLOW, "gen_ai.user.id": "u1"},
        name="core.app.apps.workflow.app_runner.WorkflowAppRunner.run",
        scope="extensions.otel.decorators.base",
    )
    assert (facts.is_run, facts.role) == (True, Role.HIDDEN)
    assert facts.workflow is not None
    assert facts.workflow_version is not None
    assert facts.user is not None
    assert (facts.workflow[1], facts.workflow_version[1], facts.user[1]) == (APP, FLOW, "u1")


def test_enterprise_telemetry(mapped: Mapped) -> None:
    common = {"dify.app_id": APP, "dify.workflow.id": FLOW, "dify.workflow.run_id": RUN, "dify.tenant_id": "t"}
    run = mapped(
        common | {"dify.workflow.status": "succeeded", "gen_ai.usage.total_tokens": 17, "dify.invoked_by": "u1"},
        name="dify.workflow.run",
    )
    node = mapped(
        common
        | {
            "dify.node.execution_id": NODE,
            "dify.node.id": "1719",
            "dify.node.type": "knowledge-retrieval",
            "dify.node.title": "Search",
            "dify.node.status": "failed",
            "dify.node.error": "no index",
            "dify.node.predecessor_node_id": "start",
            "dify.node.loop_id": "loop1",
        },
        name="dify.node.execution",
    )
    assert (run.is_run, run.is_separate_run, run.node_type, run.has_usage) == (True, True, "workflow", False)
    assert run.user is not None
    assert run.user[1] == "u1"
    assert (node.node_id, node.node_title, node.node_type, node.execution_id) == (
        "1719",
        "Search",
        "knowledge_retrieval",
        NODE,
    )
    assert (node.is_failed, node.error_message, node.waits_for, node.container_id) == (
        True,
        "no index",
        ("start",),
        "loop1",
    )
    assert (node.run_id, node.is_run, node.is_separate_run) == (RUN, False, True)
    assert node.workflow == run.workflow == (2, APP)
    assert node.workflow_version == run.workflow_version == (2, FLOW)


def test_a_draft_is_marked(mapped: Mapped) -> None:
    facts = mapped({"dify.node.execution_id": NODE, "dify.node.id": "1"}, name="dify.node.execution.draft")
    assert (facts.tags, facts.node_type) == (("draft",), "node")


def test_references_in_the_place_of_content_are_no_payload(mapped: Mapped) -> None:
    node = {"dify.node.execution_id": NODE, "input.value": f"ref:node_execution_id={NODE}"}
    assert mapped(node, name="dify.node.execution").input_bytes is None
    assert mapped({"input.value": "ref: see below"}).input_bytes == 14


def test_the_attributes_of_pull_request_42008(mapped: Mapped) -> None:
    facts = mapped(
        {
            "dify.app_id": APP,
            "dify.workflow.id": FLOW,
            "dify.workflow.run_id": RUN,
            "dify.node.execution_id": NODE,
            "dify.node.id": "1719",
            "dify.node.attempt": 1,
            "dify.span.type": "http-request",
            "dify.span.name": "Fetch",
            "dify.span.status": "handled_error",
            "dify.session.id": "s-1",
            "dify.user.id": "u-1",
            "dify.inputs": {"url": "http://x"},
            "dify.usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_price": "0.25", "currency": "USD"},
            "error.message": "HTTP 500",
            "iteration_id": "it1",
            "iteration_index": 4,
        },
        name="Fetch",
    )
    assert (facts.node_id, facts.node_title, facts.node_type, facts.attempt_number) == (
        "1719",
        "Fetch",
        "http_request",
        2,
    )
    assert (facts.is_failed, facts.error_message) == (True, "HTTP 500")
    assert (facts.input_tokens, facts.output_tokens, facts.cost_pico_usd) == (5, 2, 25 * 10**10)
    assert (facts.container_id, facts.iteration_index) == ("it1", 4)
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1], facts.run_id) == ("s-1", "u-1", RUN)
    run = mapped(
        {"dify.workflow.run_id": RUN, "dify.span.type": "workflow", "dify.span.status": "cancelled"}, name="Trips"
    )
    assert (run.is_run, run.run_status, run.error_type) == (True, "failed", "cancelled")


def test_a_check_of_the_connection_is_no_part_of_a_workflow(mapped: Mapped) -> None:
    facts = mapped({"test": "true"}, name="api_check", parent=None, scope=PHOENIX)
    assert (facts.is_ai, facts.run_id) == (False, None)


def test_a_message_without_a_workflow_is_a_run_of_its_trace(mapped: Mapped) -> None:
    facts = mapped(
        metadata(app_id=APP, trace_entity_type="message", conversation_id="c-1"),
        name="message",
        parent=None,
        scope=PHOENIX,
    )
    assert (facts.role, facts.node_type, facts.run_id) == (Role.NODE, "chain", None)
    assert facts.workflow is not None
    assert facts.session is not None
    assert (facts.workflow[1], facts.session[1]) == (APP, "c-1")


def test_metadata_of_others_is_not_difys(mapped: Mapped) -> None:
    facts = mapped(metadata(workflow_id="billing", workflow_run_id="r-1", node_id="x", node_type="y", status="failed"))
    assert facts.workflow is not None
    assert (facts.run_id, facts.workflow[1], facts.workflow_version) == ("r-1", "billing", None)
    assert (facts.node_type, facts.node_id, facts.is_failed, facts.is_separate_run) == ("chain", "step", False, False)

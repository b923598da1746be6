"""n8n: an execution, its nodes, and how both may end."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "n8n-workflow"
RUN = {
    "n8n.workflow.id": "wf1",
    "n8n.workflow.name": "Daily digest",
    "n8n.workflow.version_id": "v-7",
    "n8n.workflow.node_count": 5,
    "n8n.execution.id": "1234",
    "n8n.execution.mode": "trigger",
    "n8n.execution.status": "success",
    "n8n.execution.is_retry": False,
    "n8n.project.id": "proj1",
}
NODE = {
    "n8n.node.id": "8f6c",
    "n8n.node.name": "Fetch page",
    "n8n.node.type": "n8n-nodes-base.httpRequest",
    "n8n.node.type_version": 4.2,
    "n8n.node.items.input": 1,
}


def test_an_execution_is_a_run(mapped: Mapped) -> None:
    facts = mapped(RUN, name="workflow.execute", scope=SCOPE, status=1, resource={"service.name": "n8n"})
    assert facts.app is not None
    assert facts.workflow is not None
    assert facts.workflow_name is not None
    assert facts.workflow_version is not None
    assert (facts.run_id, facts.is_run, facts.node_type, facts.is_separate_run) == ("1234", True, "workflow", False)
    assert (facts.app[1], facts.workflow[1], facts.workflow_name[1]) == ("proj1", "wf1", "Daily digest")
    assert (facts.workflow_version[1], facts.expected_node_count, facts.run_status) == ("v-7", 5, "succeeded")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("success", ("succeeded", False, None)),
        ("error", ("failed", True, "NodeApiError")),
        ("crashed", ("failed", True, "NodeApiError")),
        ("canceled", ("failed", True, "cancelled")),
        ("waiting", (None, False, None)),
    ],
)
def test_how_an_execution_ends(mapped: Mapped, status: str, said: tuple[object, ...]) -> None:
    error = {"n8n.execution.error_type": "NodeApiError"} if status in {"error", "crashed"} else {}
    facts = mapped(RUN | {"n8n.execution.status": status} | error, name="workflow.execute", scope=SCOPE)
    assert (facts.run_status, facts.is_failed, facts.error_type) == said


def test_a_retry_says_of_which_run(mapped: Mapped) -> None:
    facts = mapped(
        RUN | {"n8n.execution.is_retry": True, "n8n.execution.retry_of": "1200"}, name="workflow.execute", scope=SCOPE
    )
    assert facts.tags == ("retry_of=1200",)


def test_a_node(mapped: Mapped) -> None:
    facts = mapped(NODE, name="node.execute", scope=SCOPE, status=1)
    assert (facts.node_id, facts.node_title, facts.node_type) == ("8f6c", "Fetch page", "http_request")
    assert (facts.raw_type, facts.is_step, facts.is_ai, facts.run_id) == (
        "n8n-nodes-base.httpRequest",
        True,
        True,
        None,
    )


@pytest.mark.parametrize(
    ("sent", "node_type"),
    [
        ("@n8n/n8n-nodes-langchain.agent", "agent"),
        ("n8n-nodes-base.if", "if"),
        ("n8n-nodes-base.scheduleTrigger", "schedule_trigger"),
        ("custom", "custom"),
    ],
)
def test_the_last_part_of_the_type(mapped: Mapped, sent: str, node_type: str) -> None:
    assert mapped(NODE | {"n8n.node.type": sent}, name="node.execute", scope=SCOPE).node_type == node_type


def test_a_node_that_was_cut_short_failed(mapped: Mapped) -> None:
    facts = mapped(
        NODE | {"n8n.node.termination_reason": "workflow_cancelled"}, name="node.execute", scope=SCOPE, status=2
    )
    assert (facts.is_failed, facts.error_type) == (True, "workflow_cancelled")


def test_tokens_that_a_node_was_made_to_send(mapped: Mapped) -> None:
    facts = mapped(
        NODE | {"n8n.node.custom.llm.token.input": "100", "n8n.node.custom.llm.token.output_tokens": 20},
        name="node.execute",
        scope=SCOPE,
    )
    assert (facts.input_tokens, facts.output_tokens) == (100, 20)


@pytest.mark.parametrize(
    ("name", "sent", "node_type"),
    [
        ("writer.generate", {"gen_ai.operation.name": "chat"}, "llm"),
        ("writer.generate", {}, "agent"),
        ("writer.stream", {}, "agent"),
        ("execute_tool search", {}, "tool"),
        ("other", {}, "span"),
    ],
)
def test_spans_of_n8ns_agents(mapped: Mapped, name: str, sent: dict[str, str], node_type: str) -> None:
    facts = mapped(sent, name=name, scope="@n8n/agents")
    assert (facts.node_type, facts.role, facts.is_ai) == (node_type, Role.NODE, node_type != "span")

"""Values that are decided over a whole run keep the rank of their source."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"longpole.workflow_id": "a"}, {"dify.app_id": "b"}),
        ({"dify.app_id": "a"}, {"n8n.workflow.id": "b"}),
        ({"n8n.workflow.id": "a"}, {"gen_ai.workflow.name": "b"}),
        ({"gen_ai.workflow.name": "a"}, {"traceloop.workflow.name": "b"}),
        ({"traceloop.workflow.name": "a"}, {"workflow.name": "b"}),
        ({"workflow.name": "a"}, {"langfuse.trace.name": "b"}),
        ({"langfuse.trace.name": "a"}, {"crew_key": "b"}),
    ],
)
def test_the_workflow(mapped: Mapped, better: dict[str, str], worse: dict[str, str]) -> None:
    first, second, both = mapped(better).workflow, mapped(worse).workflow, mapped(worse | better).workflow
    assert first is not None
    assert second is not None
    assert first[0] < second[0]
    assert both == first


@pytest.mark.parametrize(
    "keys",
    [
        ["langfuse.session.id", "session.id", "gen_ai.conversation.id", "traceloop.association.properties.session_id"],
        ["gen_ai.conversation.id", "traceloop.association.properties.thread_id", "langsmith.metadata.session_id"],
        [
            "langsmith.metadata.thread_id",
            "ai.telemetry.metadata.sessionId",
            "mlflow.trace.session",
            "dify.conversation.id",
        ],
    ],
)
def test_the_session(mapped: Mapped, keys: list[str]) -> None:
    found = [mapped({key: key}).session for key in keys]
    ranks = [session[0] for session in found if session is not None]
    assert ranks == sorted(set(ranks))
    assert len(ranks) == len(keys)
    assert mapped(dict.fromkeys(keys, "x") | {keys[0]: "first"}).session == (ranks[0], "first")


@pytest.mark.parametrize(
    "keys",
    [
        ["langfuse.user.id", "user.id", "gen_ai.user.id", "enduser.id", "traceloop.association.properties.user_id"],
        ["langsmith.metadata.user_id", "ai.telemetry.metadata.userId", "mlflow.trace.user", "dify.invoked_by"],
    ],
)
def test_the_user(mapped: Mapped, keys: list[str]) -> None:
    ranks = [user[0] for key in keys if (user := mapped({key: "u"}).user) is not None]
    assert ranks == sorted(set(ranks))
    assert len(ranks) == len(keys)


def test_an_empty_value_says_nothing(mapped: Mapped) -> None:
    facts = mapped({"session.id": "", "gen_ai.conversation.id": "c-1"})
    assert facts.session is not None
    assert facts.session[1] == "c-1"


def test_the_application_of_attribute_request_resource_and_project(mapped: Mapped) -> None:
    resource = {"openinference.project.name": "resource"}
    sent = {"n8n.project.id": "attribute", "langsmith.trace.session_name": "project"}
    app = mapped(sent, project="header", resource=resource).app
    header = mapped({}, project="header", resource=resource).app
    from_resource = mapped({"langsmith.trace.session_name": "project"}, resource=resource).app
    project = mapped({"langsmith.trace.session_name": "project"}).app
    assert [ranked and ranked[1] for ranked in (app, header, from_resource, project)] == [
        "attribute",
        "header",
        "resource",
        "project",
    ]


def test_a_service_is_no_application_of_its_own(mapped: Mapped) -> None:
    """The run's root decides which service names the application, so it is not ranked."""
    facts = mapped({}, resource={"service.name": "joke-app"})
    assert (facts.app, facts.service) == (None, "joke-app")


def test_the_version_of_the_service_is_the_last_resort(mapped: Mapped) -> None:
    resource = {"service.version": "1.62.0"}
    last = mapped({}, resource=resource).workflow_version
    better = mapped({"gen_ai.agent.version": "2"}, resource=resource).workflow_version
    assert last is not None
    assert better is not None
    assert (last[1], better[1]) == ("1.62.0", "2")
    assert better[0] < last[0]


@pytest.mark.parametrize(
    ("sent", "resource", "environment"),
    [
        ({}, {"deployment.environment.name": "test"}, "test"),
        ({}, {"deployment.environment": "old"}, "old"),
        ({"langfuse.environment": "lf"}, {"deployment.environment": "old"}, "old"),
        ({"langfuse.environment": "lf"}, {}, "lf"),
        ({"deployment.environment.name": "span"}, {"deployment.environment.name": "resource"}, "span"),
        ({}, {}, None),
    ],
)
def test_the_environment(
    mapped: Mapped, sent: dict[str, str], resource: dict[str, str], environment: str | None
) -> None:
    assert mapped(sent, resource=resource).environment == environment

"""Plans are remembered by shape; what they read does not depend on what was remembered."""

from collections.abc import Callable

from longpole.assembly.facts import SpanFacts
from longpole.ingest.otlp.conventions import plan, relevance
from longpole.ingest.otlp.conventions.plan import plan_of
from longpole.ingest.otlp.conventions.relevance import relevant_keys
from longpole.ingest.otlp.conventions.resources import resource_facts
from longpole.ingest.otlp.span import RequestContext, Resource

Mapped = Callable[..., SpanFacts]


def test_the_same_shape_has_the_same_plan() -> None:
    one = plan_of({"input.value": "a", "session.id": "1"}, {}, "s", None)
    assert plan_of({"input.value": "b", "session.id": "2"}, {}, "s", None) is one
    assert plan_of({"input.value": "b"}, {}, "s", None) is not one


def test_names_that_nobody_reads_make_no_new_plan() -> None:
    one = plan_of({"input.value": "a"}, {}, "s", None)
    assert plan_of({"input.value": "a", "acme.x": 1}, {"colour": 1}, "s", None) is one


def test_a_longer_conversation_makes_no_new_plan() -> None:
    message = "llm.input_messages.{}.message.content".format
    one = plan_of({message(0): "a"}, {}, "s", None)
    assert plan_of({message(number): "a" for number in range(50)}, {}, "s", None) is one


def test_plans_are_bounded() -> None:
    for number in range(plan._MAX_SHAPES + 10):
        plan_of({f"longpole.metric.{number}": 1}, {}, "s", None)
    assert len(plan._by_shape) <= plan._MAX_SHAPES
    assert len(plan._by_signs) <= plan._MAX_SHAPES
    relevant_keys(f"acme.{number}" for number in range(relevance._MAX_NAMES + 10))
    assert len(relevance._memo) <= relevance._MAX_NAMES


def test_huge_names_are_not_remembered(mapped: Mapped) -> None:
    huge = "acme." + "x" * 100_000
    before = len(plan._by_shape)
    assert mapped({huge: 1, "session.id": "s"}).session is not None
    assert len(plan._by_shape) == before
    assert huge not in relevance._memo


def test_what_is_relevant() -> None:
    names = ["session.id", "acme.x", "http.route", "http.method", "gen_ai.prompt.3.role", "longpole.metric.rows"]
    assert relevant_keys(names) == {"session.id", "http.", "gen_ai.prompt.", "longpole.metric.rows"}


def test_what_a_resource_says_is_read_anew_for_another_request() -> None:
    resource = Resource({"service.name": "svc", "openinference.project.name": "trip"})
    one, other = RequestContext(), RequestContext("header")
    first = resource_facts(resource, one)
    assert resource_facts(resource, one) is first
    assert dict(resource_facts(resource, other).ranked)["app"][1] == "header"
    assert dict(resource_facts(resource, one).ranked)["app"][1] == "trip"
    assert resource_facts(Resource({"service.name": ["svc"]}), one).service is None

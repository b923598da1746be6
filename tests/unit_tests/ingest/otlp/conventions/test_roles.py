"""What a span may become: a node, a bridge, or nothing that is shown."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5


@pytest.mark.parametrize("kind", [0, INTERNAL])
def test_what_the_program_made_itself_is_a_node(mapped: Mapped, kind: int) -> None:
    facts = mapped({"invoice.id": 7}, name="lookup_invoice", kind=kind)
    assert (facts.role, facts.is_ai, facts.node_type, facts.kind) == (Role.NODE, False, "span", kind)


@pytest.mark.parametrize("kind", [SERVER, CLIENT, PRODUCER, CONSUMER])
def test_calls_and_queues_are_bridges(mapped: Mapped, kind: int) -> None:
    assert mapped({}, kind=kind).role is Role.BRIDGE


@pytest.mark.parametrize("key", ["http.method", "rpc.system", "db.statement", "messaging.system", "asgi.event.type"])
def test_transport_is_known_by_its_attributes_too(mapped: Mapped, key: str) -> None:
    assert mapped({key: "x"}).role is Role.BRIDGE
    assert mapped({key[:-1]: "x", "other": 1}).role is Role.BRIDGE


def test_a_call_of_a_model_is_a_node_whatever_its_kind(mapped: Mapped) -> None:
    facts = mapped(
        {"gen_ai.operation.name": "chat", "http.response.status_code": 200, "server.address": "x"}, kind=CLIENT
    )
    assert (facts.role, facts.is_ai) == (Role.NODE, True)


def test_a_step_is_a_node_whatever_its_kind(mapped: Mapped) -> None:
    assert mapped({"longpole.node_id": "queue"}, kind=PRODUCER).role is Role.NODE


def test_session_and_user_alone_make_no_ai_workflow(mapped: Mapped) -> None:
    facts = mapped({"session.id": "s-1", "user.id": "u-9"}, name="support_ticket")
    assert (facts.is_ai, facts.own_name) == (False, "support_ticket")
    assert facts.session is not None

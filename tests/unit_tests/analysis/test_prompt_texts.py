"""What was sent, of what clients write down."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.analysis.prompt_texts import sent_text


@pytest.mark.parametrize(
    ("captured", "sent"),
    [
        ("Hello!", "Hello!"),
        ("{not json", "{not json"),
        ("", ""),
        # Agent Framework, Pydantic AI: instructions stand behind the messages, and both are texts of JSON.
        (
            {
                "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "go"}]}]),
                "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "be brief"}]),
            },
            "be brief\nuser\ngo",
        ),
        # OpenInference of LangChain: ids of its own.
        (
            {"messages": [[{"lc": 1, "id": ["langchain", "HumanMessage"], "kwargs": {"content": "plan", "id": "77"}}]]},
            "plan",
        ),
        (
            [{"content": "You answer.", "role": "system"}, {"role": "user", "content": "why?"}],
            "system\nYou answer.\nuser\nwhy?",
        ),
        # Pydantic AI's events.
        (
            [{"content": "plan", "event.name": "gen_ai.system.message", "gen_ai.message.index": 0, "role": "system"}],
            "system\nplan",
        ),
        # Strands.
        ([{"text": "plan"}], "plan"),
        (
            {"0": '[{"text": "a"}]', "1": '[{"toolUse": {"toolUseId": "c1", "name": "w", "input": {"input": "x"}}}]'},
            "a\nx\nw",
        ),
        # LlamaIndex, Dify.
        ({"prompt": "plan"}, "plan"),
        ({"args": ["plan"]}, "plan"),
        ({"prompts": [{"role": "system", "text": "Be kind.", "files": []}]}, "system\nBe kind."),
        (
            {
                "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
                "config": {"system_instruction": "Be kind.", "seed": 7},
            },
            "Be kind.\nuser\nhi",
        ),
        # Nobody knows what of it was sent.
        ({"query": "x", "at": "2026-11-26"}, ""),
    ],
)
def test_what_was_sent(captured: object, sent: str) -> None:
    assert sent_text(captured if isinstance(captured, str) else json.dumps(captured)) == sent


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_goes(value: object) -> None:
    assert isinstance(sent_text(json.dumps(value)), str)


def test_the_deepest_json_ends() -> None:
    assert sent_text("[" * 100_000) == "[" * 100_000
    assert sent_text("[" * 500 + '"x"' + "]" * 500) == ""

"""Whose results a Dify step uses."""

from typing import Any

import pytest

from dify_files import step


@pytest.mark.parametrize(
    ("data", "reads"),
    [
        ({"prompt_template": [{"text": "{{#a.x#}} and {{# b.y.z #}}"}]}, ("a", "b")),
        ({"prompt_template": {"text": "{{#sys.query#}} {{#env.key#}} {{#context#}} {{x}} {{ #a }}"}}, ()),
        ({"context": {"enabled": True, "variable_selector": ["b", "result"]}, "text": "{{#context#}}"}, ("b",)),
        ({"context": {"enabled": False, "variable_selector": ["b", "result"]}}, ()),
        ({"vision": {"enabled": True, "configs": {"variable_selector": ["a", "files"]}}}, ("a",)),
        ({"variables": [{"variable": "x", "value_selector": ["a", "x"]}]}, ("a",)),
        ({"query_variable_selector": ["a", "q"]}, ("a",)),
        ({"iterator_selector": ["a", "items"], "output_selector": ["b", "out"]}, ("a", "b")),
        ({"cases": [{"conditions": [{"variable_selector": ["b", "n"], "value": "{{#a.n#}}"}]}]}, ("a", "b")),
        ({"conditions": [{"variable_selector": ["b", "n"]}]}, ("b",)),
        ({"variables": [["a", "output"], ["b", "output"]]}, ("a", "b")),
        ({"advanced_settings": {"groups": [{"variables": [["b", "output"]]}]}}, ("b",)),
        ({"tool_parameters": {"q": {"type": "variable", "value": ["a", "q"]}}}, ("a",)),
        ({"tool_parameters": {"q": {"type": "mixed", "value": "x {{#b.text#}}"}}}, ("b",)),
        ({"query": ["a", "q"]}, ("a",)),
        (
            {"variable": ["b", "list"], "filter_by": {"enabled": True, "conditions": [{"value": "{{#a.x#}}"}]}},
            ("a", "b"),
        ),
        ({"loop_variables": [{"value_type": "variable", "value": ["a", "n"]}]}, ("a",)),
        (
            {"items": [{"input_type": "variable", "value": ["b", "text"], "variable_selector": ["conversation", "t"]}]},
            ("b",),
        ),
        ({"body": {"data": [{"file": ["a", "file"], "value": "{{#b.v#}}"}]}}, ("a", "b")),
        ({"value_selector": ["each", "item"]}, ("each",)),
        ({"value_selector": ["it", "own"]}, ()),
        ({"options": ["a"], "_children": ["a", "b"]}, ()),
        ({"value_selector": []}, ()),
        ({"value_selector": [["a", "x"], "b"]}, ("a",)),
        ({"text": "{{##}} {{#.#}} {{#a#}}"}, ("a",)),
    ],
)
def test_what_a_step_reads(data: dict[str, Any], reads: tuple[str, ...]) -> None:
    assert step("tool", **data).reads == reads


@pytest.mark.parametrize(
    ("text", "is_computed"),
    [("{{#{{x}}.text#}}", True), ("{{#a.x#", True), ("{{# a.x #}} {{x}} {% if x %}", False), ("no # {{", False)],
)
def test_a_reference_whose_end_is_not_written_down_may_be_any(text: str, *, is_computed: bool) -> None:
    assert step("llm", prompt_template=[{"text": text}]).has_dynamic_reads is is_computed


@pytest.mark.parametrize(
    ("kind", "data", "writes", "shared_reads"),
    [
        ("llm", {"text": "{{#conversation.topic#}}"}, (), ("conversation.topic",)),
        ("llm", {"memory": {"window": {"enabled": False, "size": 9}}}, ("memory",), ("memory",)),
        ("llm", {"memory": None}, (), ()),
        ("answer", {"answer": "{{#sys.query#}}"}, ("answer",), ()),
        (
            "assigner",
            {"version": "2", "items": [{"variable_selector": ["conversation", "t"], "operation": "append"}, 7]},
            ("conversation.t",),
            ("conversation.t",),
        ),
        (
            "assigner",
            {"assigned_variable_selector": ["conversation", "t"], "input_variable_selector": ["a", "x"]},
            ("conversation.t",),
            ("conversation.t",),
        ),
        ("variable-assigner", {"variables": [["a", "x"]]}, (), ()),
    ],
)
def test_what_is_shared(
    kind: str, data: dict[str, Any], writes: tuple[str, ...], shared_reads: tuple[str, ...]
) -> None:
    found = step(kind, **data)

    assert (found.writes, found.shared_reads) == (writes, shared_reads)

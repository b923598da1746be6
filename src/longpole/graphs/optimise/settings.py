"""Settings of Dify nodes that a file gets: items in parallel, another try, a value for when all tries failed.

Upstream: `graphs.optimise.optimise`. Downstream: `graphs.optimise.text`. Source: Dify's `iteration`, `retry_config`,
`error_strategy` and `default_value` as version 1.14 writes them.
"""

from ruamel.yaml.nodes import MappingNode, Node

from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import GraphNode
from longpole.domain.node_types import snake_case
from longpole.graphs.optimise.text import YamlText, child, key_of

RETRIES, RETRY_INTERVAL_MS = 3, 1_000
"""Dify's own suggestion for the number; a second, for a service that is overloaded for a moment."""
_DEFAULTS = {
    "llm": (("text", "string", "''"),),
    "http_request": (("body", "string", "''"), ("status_code", "number", "0"), ("headers", "object", "'{}'")),
}


def work_in_parallel(file: YamlText, data: Node | None, slots: int) -> None:
    """`is_parallel: true`, and how many items at a time, where that is not said."""
    is_parallel, parallel_nums = child(data, "is_parallel"), child(data, "parallel_nums")
    lines = []
    if is_parallel is None:
        lines.append("is_parallel: true")
    else:
        file.set_scalar(is_parallel, "true")
    if parallel_nums is None:
        lines.append(f"parallel_nums: {slots}")
    elif file.written(parallel_nums) != str(slots):
        file.set_scalar(parallel_nums, str(slots))
    if lines:
        file.insert_lines(_anchor(data), *lines)


def try_again(file: YamlText, data: Node | None) -> None:
    """`retry_config`, for a node that has none."""
    file.insert_lines(
        _anchor(data),
        "retry_config:",
        f"  max_retries: {RETRIES}",
        "  retry_enabled: true",
        f"  retry_interval: {RETRY_INTERVAL_MS}",
    )


def has_default(node: GraphNode) -> bool:
    """It is known what a value in place of its results looks like."""
    return snake_case(node.node_type) in _DEFAULTS and not node.config.get("structured_output_enabled")


def give_default(file: YamlText, data: Node | None, node: GraphNode) -> None:
    """`error_strategy: default-value`, with an empty value for each of its results."""
    lines = ["default_value:"]
    for key, kind, value in _DEFAULTS[snake_case(node.node_type)]:
        lines += [f"- key: {key}", f"  type: {kind}", f"  value: {value}"]
    file.insert_lines(_anchor(data), *lines, "error_strategy: default-value")


def _anchor(data: Node | None) -> Node:
    """The key in front of which new lines go: every node has a type."""
    key = key_of(data, "type")
    if key is None or not isinstance(data, MappingNode) or data.flow_style:
        raise InvalidInputError("file", "a node is not written as Dify writes it: export the file anew")
    return key

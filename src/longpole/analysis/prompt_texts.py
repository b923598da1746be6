"""What a model was sent, in the order in which it was sent: telemetry writes it down in an order of its own.

    {"gen_ai.input.messages": "[{…}]", "gen_ai.system_instructions": "[{…}]"}      the instructions come first
    {"messages": [[{"lc": 1, "id": […], "kwargs": {"content": "…"}}]]}             ids of the library are not sent

Invariant: what is no JSON is what was sent, as it is; of JSON in which nothing
that is known to be sent is found, nothing is.

Upstream: `advice.tokens.prefixes`. Source: the input payloads of the clients that
`docs/how-to` tells of, as recorded.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

_INSTRUCTIONS: Final = (
    "config",
    "system_instructions",
    "system_instruction",
    "systemInstruction",
    "instructions",
    "system",
)
_SENT: Final = (
    "role", "messages", "input.messages", "input_messages", "message", "prompt", "prompts", "input", "args", "kwargs",
    "name", "content", "contents", "text", "parts", "tool_calls", "function", "function_call", "arguments", "response",
    "result", "toolUse", "toolResult",
)  # fmt: skip
_DEEPEST: Final = 12
_LONGEST: Final = 2_000_000


def sent_text(captured: str) -> str:
    """The texts of a captured input, instructions first, then the messages as they follow. O(length)."""
    value = _parsed(captured)
    if value is None:
        return captured
    return "\n".join(_texts(value, 0))


def _parsed(text: str) -> Any:
    """A list or an object, where the text is one; else None."""
    if text[:1] not in {"[", "{"} or len(text) > _LONGEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list | dict) else None


def _texts(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or value is None:
        return
    if isinstance(value, str):
        inner = _parsed(value) if depth <= 1 else None
        if inner is None:
            yield value
        else:
            yield from _texts(inner, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def _of_object(value: dict[str, Any], depth: int) -> Iterator[str]:
    for names in (_INSTRUCTIONS, _SENT):
        for name in names:
            for key, inner in value.items():
                if key.removeprefix("gen_ai.") == name:
                    yield from _texts(inner, depth + 1)
    for key in sorted((key for key in value if key.isdecimal()), key=int):
        yield from _texts(value[key], depth + 1)

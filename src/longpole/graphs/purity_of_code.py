"""Whether code in a node only computes: a reading of its text, which believes nothing that it does not know.

Code may reach the clock, chance, files, the network, other code. Each makes
its place in the order matter, or may. Python is parsed, and may import what is
on a list; JavaScript is refused at the first word that leads anywhere.

Downstream: `graphs.purity`.
"""

import ast
import re
from typing import Any

from longpole.domain.graphs import Purity

_MODULES = frozenset({
    "__future__", "abc", "ast", "base64", "binascii", "bisect", "collections", "collections.abc", "copy", "csv",
    "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html",
    "itertools", "json", "math", "operator", "re", "statistics", "string", "textwrap", "typing", "unicodedata",
    "urllib.parse", "zlib",
})  # fmt: skip
"""Of the standard library, what only computes; of `datetime`, all but the clock."""
_NAMES = frozenset({
    "open", "exec", "eval", "compile", "input", "globals", "locals", "vars", "getattr", "setattr", "delattr",
    "breakpoint", "help", "memoryview", "id", "hash",
})  # fmt: skip
"""Built-in names by which code leaves its own text, or by which it sees where it runs."""
_ATTRIBUTES = frozenset({"now", "today", "utcnow", "fromtimestamp", "astimezone", "request", "urlopen", "modules"})
_JAVASCRIPT = re.compile(
    r"\b(?:require|import|fetch|Date|process|eval|Function|globalThis|global|window|self|XMLHttpRequest|WebSocket|"
    r"crypto|random|performance|Intl|setTimeout|setInterval|setImmediate|constructor|prototype|this|Deno|Bun|module|"
    r"exports|Reflect|Proxy|async|await|with|__\w+)\b|\\[ux]|\[\s*[\"'`]\s*\+|toLocale\w+"
)
_JINJA = re.compile(r"__|\blipsum\b|\|\s*(?:random|attr)\b|\b(?:now|utcnow|import|include|extends)\b")
"""What reaches beyond the values that a template is given; `attr` and `__` are the ways out of its sandbox."""


def code_purity(language: str, code: Any) -> Purity:
    """Pure where the code can be read and only computes; unknown otherwise."""
    if not isinstance(code, str) or not code.strip():
        return Purity.UNKNOWN
    if language.startswith("python"):
        return Purity.PURE if _only_computes(code) else Purity.UNKNOWN
    if language == "javascript":
        return Purity.UNKNOWN if _JAVASCRIPT.search(code) else Purity.PURE
    return Purity.UNKNOWN


def template_purity(template: Any) -> Purity:
    """A template makes a text of what it is given, unless it reaches for more."""
    if not isinstance(template, str):
        return Purity.UNKNOWN
    inside = "".join(re.findall(r"\{[{%].*?[}%]\}", template, re.DOTALL))
    return Purity.UNKNOWN if _JINJA.search(inside) else Purity.PURE


def _only_computes(code: str) -> bool:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not any(_leads_out(node) for node in ast.walk(tree))


def _leads_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name not in _MODULES for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or node.module not in _MODULES or any(_is_barred(name.name) for name in node.names)
    if isinstance(node, ast.Name):
        return node.id in _NAMES or node.id.startswith("__")
    if isinstance(node, ast.Attribute):
        return node.attr in _ATTRIBUTES or node.attr.startswith("__")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return "__" in node.value
    return isinstance(node, ast.Global | ast.AsyncFunctionDef | ast.Await)


def _is_barred(name: str) -> bool:
    return name in _NAMES or name in _ATTRIBUTES or name == "*" or name.startswith("__")

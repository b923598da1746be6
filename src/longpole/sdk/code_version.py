"""What a function does, in 16 digits: edited code has another version, and so its results have other keys.

Read are its bytecode and constants, its defaults, what it has from functions
around it, the module constants (names in capitals) that it uses, and the
same of the functions in all of these. Of any other object its class counts,
and what plain values its attributes hold. Comments and line numbers do
not count. The same in every process, whatever the hash seed; another one under
another Python, whose bytecode differs. What is too large to be read whole is
never left out: such a version holds in its own process only.

Upstream: `nodes`, `integrations.langgraph`.
"""

import functools
import hashlib
import secrets
import types
from collections.abc import Callable, Iterator
from typing import Any

_PLAIN = frozenset({str, int, float, complex, bool, bytes, type(None), type(Ellipsis)})
_DEEPEST, _MOST = 60, 5_000
_UNREAD = secrets.token_hex(8)
"""Stands for what is too much to be read: it is the same in this process only."""


def code_version(function: Any) -> str:
    """The version of a function's, method's or callable object's code: 16 hexadecimal digits."""
    return hashlib.sha256(repr(_Reader().read(function, 0)).encode()).hexdigest()[:16]


class _Reader:
    """Reads a function and what it uses, each once: they may refer to each other in circles."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def read(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return kind.__name__, repr(value)
        if id(value) in self._seen:
            return "again", self._seen[id(value)]
        if depth > _DEEPEST or len(self._seen) >= _MOST:
            return "unread", _UNREAD
        self._seen[id(value)] = len(self._seen)
        reader = _READERS.get(kind)
        return reader(self, value, depth + 1) if reader else self._object(value, depth + 1)

    def _code(self, code: types.CodeType, depth: int) -> Any:
        constants = [self.read(each, depth) for each in code.co_consts]
        return "code", code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, constants

    def _function(self, function: types.FunctionType, depth: int) -> Any:
        around = [(name, self.read(value, depth)) for name, value in _closure(function)]
        constants = [(name, self.read(function.__globals__[name], depth)) for name in _constants_used(function)]
        return (
            "function",
            function.__module__,
            function.__qualname__,
            self._code(function.__code__, depth),
            self.read(function.__defaults__, depth),
            self.read(function.__kwdefaults__, depth),
            around,
            constants,
        )

    def _method(self, method: types.MethodType, depth: int) -> Any:
        return "method", self.read(method.__func__, depth), self.read(method.__self__, depth)

    def _partial(self, partial: "functools.partial[Any]", depth: int) -> Any:
        return (
            "partial",
            self.read(partial.func, depth),
            self._row(partial.args, depth),
            self._named(partial.keywords, depth),
        )

    def _row(self, values: Any, depth: int) -> Any:
        return type(values).__name__, [self.read(each, depth) for each in values]

    def _unordered(self, values: Any, depth: int) -> Any:
        return "set", sorted(repr(_Reader().read(each, depth)) for each in values)

    def _named(self, values: Any, depth: int) -> Any:
        return "named", [(repr(name), self.read(each, depth)) for name, each in values.items()]

    def _object(self, value: Any, depth: int) -> Any:
        kind = type(value)
        call = getattr(kind, "__call__", None)  # noqa: B004 - its code is wanted, not whether there is one
        does = self.read(call, depth) if isinstance(call, types.FunctionType) else None
        return "object", _name_of(kind), does, _plain_attributes(value)


_READERS: dict[type, Callable[[_Reader, Any, int], Any]] = {
    types.CodeType: _Reader._code,  # noqa: SLF001 - the table of this class
    types.FunctionType: _Reader._function,  # noqa: SLF001 - the class above, in this file
    types.MethodType: _Reader._method,  # noqa: SLF001 - the class above, in this file
    functools.partial: _Reader._partial,  # noqa: SLF001 - the class above, in this file
    tuple: _Reader._row,  # noqa: SLF001 - the class above, in this file
    list: _Reader._row,  # noqa: SLF001 - the class above, in this file
    set: _Reader._unordered,  # noqa: SLF001 - the class above, in this file
    frozenset: _Reader._unordered,  # noqa: SLF001 - the class above, in this file
    dict: _Reader._named,  # noqa: SLF001 - the class above, in this file
    type: lambda _reader, value, _depth: ("class", _name_of(value)),
    types.ModuleType: lambda _reader, value, _depth: ("module", value.__name__),
    types.BuiltinFunctionType: lambda _reader, value, _depth: ("builtin", _name_of(value)),
}


def _name_of(thing: Any) -> str:
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def _closure(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not set yet
            yield name, None


def _constants_used(function: types.FunctionType) -> list[str]:
    """Module constants that a function or one inside it reads, in a fixed order."""
    waiting = [function.__code__]
    names: set[str] = set()
    for code in waiting:  # grows while it is read
        names.update(code.co_names)
        waiting += [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return sorted(name for name in names if name.isupper() and name in function.__globals__)


def _plain_attributes(value: Any) -> list[tuple[str, str]]:
    try:
        attributes = dict(vars(value))
    except TypeError:
        return []
    return sorted((name, repr(each)) for name, each in attributes.items() if _is_plain(each))


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN or (type(value) is tuple and all(map(_is_plain, value)))

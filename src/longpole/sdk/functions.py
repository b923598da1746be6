"""What can be asked of a function before it is decorated, and what goes into it when it is called.

Upstream: `nodes`, `workflows`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def refuse_generators(function: Any, name: str) -> None:
    """What is decorated is a function with one result.

    Raises:
        TypeError: It is a generator, whose results come one by one while others may change them, or nothing to call.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"longpole.{name}: {function.__qualname__} is a generator. Decorate a function that returns its result "
            "whole, and let the generator call it."
        )
    if not callable(function) or inspect.isclass(function):
        raise TypeError(f"longpole.{name} decorates a function, not {function!r}"[:200])


def arguments(signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by name, those that were left out by their defaults: f(1), f(x=1) and f() may be one.

    Raises:
        TypeError: They do not fit.
    """
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def name_of(function: Callable[..., Any]) -> str:
    """A function's qualified name, without the function around it."""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return str(name).rpartition("<locals>.")[2]

"""A version changes with the code, and with nothing else."""

import functools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from longpole.sdk.code_version import code_version


def made(source: str, name: str = "f", **names: Any) -> Any:
    """A function of a source text."""
    known: dict[str, Any] = {"__name__": "made", **names}
    exec(source, known)
    return known[name]


BASE = "def f(x, y=1):\n    return g(x) + 2\n"


@pytest.mark.parametrize(
    "edited",
    [
        "def f(x, y=1):\n    return g(x) + 3\n",
        "def f(x, y=1):\n    return h(x) + 2\n",
        "def f(x, y=1):\n    return g(x) - 2\n",
        "def f(x, y=2):\n    return g(x) + 2\n",
        "def f(x, *, y=1):\n    return g(x) + 2\n",
        "async def f(x, y=1):\n    return g(x) + 2\n",
        "def f(x, y=1):\n    return [g(x) + 2 for _ in y]\n",
    ],
)
def test_an_edit_is_seen(edited: str) -> None:
    assert code_version(made(edited)) != code_version(made(BASE))


def test_lines_and_comments_are_not() -> None:
    moved = "\n\n# a comment\ndef f(x, y=1):\n    # another\n    return (\n        g(x) + 2\n    )\n"
    assert code_version(made(moved)) == code_version(made(BASE))


def test_what_it_has_from_around_it_counts() -> None:
    def prompt(words: Any) -> Callable[[], Any]:
        return lambda: words

    versions = {code_version(prompt(each)) for each in ("a", "b", 1, 1.0, ["a"], {"a": 1}, ("a",), {"b", "a"})}
    assert len(versions) == 8
    assert code_version(prompt("a")) == code_version(prompt("a"))
    assert code_version(prompt({"b", "a"})) == code_version(prompt({"a", "b"}))


def test_constants_of_its_module_count_and_other_names_do_not() -> None:
    source = "def f():\n    return PROMPT, counter\n"
    base = code_version(made(source, PROMPT="a", counter=1))
    assert code_version(made(source, PROMPT="a", counter=2)) == base
    assert code_version(made(source, PROMPT="b", counter=1)) != base


def test_functions_that_it_has_count_by_their_code() -> None:
    def through(inner: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: inner(1)

    plus, minus = made("def f(x):\n    return x + 1\n"), made("def f(x):\n    return x - 1\n")
    assert code_version(through(plus)) != code_version(through(minus))
    assert code_version(functools.partial(plus, 1)) != code_version(functools.partial(plus, 2))


def test_objects_count_by_their_class_their_code_and_plain_attributes() -> None:
    class Model:
        def __init__(self, name: str, client: object = None) -> None:
            self.name, self.client = name, client

        def __call__(self) -> str:
            return self.name

    assert code_version(Model("a", object())) == code_version(Model("a", object()))
    assert code_version(Model("a")) != code_version(Model("b"))
    assert code_version(Model("a").__call__) != code_version(Model("b").__call__)


def test_what_is_too_much_to_be_read_is_not_left_out() -> None:
    def through(words: list[str]) -> Callable[[], Any]:
        return lambda: words

    many = [[f"word {number}"] for number in range(6_000)]
    program = (
        "from longpole.sdk.code_version import code_version\n"
        "def through(words): return lambda: words\n"
        "print(code_version(through([[str(number)] for number in range(6_000)])))"
    )
    said = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(said) == 2
    assert code_version(through(many)) == code_version(through(many))  # type: ignore[arg-type]


def test_functions_may_refer_to_themselves() -> None:
    def even(number: int) -> bool:
        return number == 0 or odd(number - 1)

    def odd(number: int) -> bool:
        return number != 0 and even(number - 1)

    assert code_version(even) != code_version(odd)


def test_it_is_the_same_in_every_process() -> None:
    program = (
        "from longpole.sdk.code_version import code_version\n"
        "def f(x):\n    return x in {'a', 'b', 'c'} and {'k': frozenset({'x', 'y'})}\n"
        "print(code_version(f))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1

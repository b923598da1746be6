"""`APP/WORKFLOW` where both may have slashes."""

import pytest

from longpole.cli.targets import Pair, workflow_named
from longpole.domain.errors import InvalidInputError, NotFoundError

KNOWN: list[Pair] = [
    ("shop", "trip"),
    ("shop", "eu/trip"),
    ("team/a", "w"),
    ("a", "b/c"),
    ("a/b", "c"),
    ("dify", "dify"),
]


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("shop/trip", ("shop", "trip")),
        ("shop/eu/trip", ("shop", "eu/trip")),
        ("team/a/w", ("team/a", "w")),
        ("a%2Fb/c", ("a/b", "c")),
        ("a/b%2Fc", ("a", "b/c")),
        ("dify/a-published-version", ("dify", "a-published-version")),
    ],
)
def test_it_works(target: str, meant: Pair) -> None:
    assert workflow_named(target, KNOWN) == meant


@pytest.mark.parametrize("target", ["", "shop", "shop/", "nobody/trip", "/"])
def test_there_is_none(target: str) -> None:
    with pytest.raises(NotFoundError, match="longpole report"):
        workflow_named(target, KNOWN)


def test_two_readings_are_one_too_many() -> None:
    with pytest.raises(InvalidInputError, match="%2F"):
        workflow_named("a/b/c", KNOWN)

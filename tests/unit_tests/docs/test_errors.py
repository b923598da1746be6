"""Every error is documented with the status by which it is told."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from longpole.domain.errors import LongpoleError
from longpole.ingest.otlp.routes import _FAILURES
from longpole.rest import problems

_PAGE = "docs/reference/errors.md"
_NOT_OVER_HTTP = "–"
for room in ("longpole.app", "longpole.cli.commands", "longpole.cli.otlp_files"):  # now their errors are known
    importlib.import_module(room)


def _all(error: type[LongpoleError]) -> Iterator[type[LongpoleError]]:
    yield error
    for below in error.__subclasses__():
        yield from _all(below)


def _status(error: type[LongpoleError]) -> str:
    for cls in error.__mro__:
        if cls in _FAILURES:
            return str(int(_FAILURES[cls].status))
    status = int(problems.status_of(error.__new__(error)))
    return _NOT_OVER_HTTP if status == 500 and error is not LongpoleError else str(status)


@pytest.mark.parametrize(
    "error", sorted(_all(LongpoleError), key=lambda error: error.__name__), ids=lambda error: error.__name__
)
def test_an_error_is_documented_with_its_status(pages: Any, error: type[LongpoleError]) -> None:
    status, meaning, _ = pages.rows(_PAGE)[error.__name__]

    assert _status(error) == status
    assert meaning


def test_no_error_is_documented_that_there_is_not(pages: Any) -> None:
    there = {error.__name__ for error in _all(LongpoleError)}

    assert set() == {name for name in pages.rows(_PAGE) if name.endswith("Error")} - there

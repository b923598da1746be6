"""What columns say in words: two observations are equal where their columns are, whatever places their things have."""

from dataclasses import fields
from typing import Any

import numpy as np

from longpole.advice.observations import Observations
from longpole.analysis.error_texts import pattern


def said_by(observed: Observations) -> dict[str, dict[str, list[Any]]]:
    """Every column as a list, places replaced by what is there; an unknown number is None."""
    things: dict[str, list[Any]] = {
        "version": list(observed.versions),
        "user": list(observed.users),
        "node": list(observed.nodes),
        "model": list(observed.models),
        "error": [(info.error_type, info.pattern) for info in observed.errors],
    }
    return {
        name: {each.name: _said(getattr(columns, each.name), things.get(each.name)) for each in fields(columns)}
        for name, columns in (
            ("runs", observed.runs),
            ("executions", observed.executions),
            ("attempts", observed.attempts),
        )
    }


def examples_fit(observed: Observations) -> bool:
    """Whether the example of each kind of failure is one of its kind."""
    return all(info.example is None or pattern(info.example) == info.pattern for info in observed.errors)


def _said(column: Any, things: list[Any] | None) -> list[Any]:
    if isinstance(column, tuple):
        return list(column)
    if things is not None:
        return [None if place < 0 else things[place] for place in column.tolist()]
    if column.dtype == np.float64:
        return [None if np.isnan(value) else value for value in column.tolist()]
    assert column.dtype == np.int64
    return column.tolist()  # type: ignore[no-any-return]  # it is a list

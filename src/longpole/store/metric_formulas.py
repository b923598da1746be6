"""The formulas that users defined for some workflows, ready to be computed.

What is said of a workflow goes before what is said of all of its application.

Upstream: `rollup_raw`. Downstream: `tables.custom_metrics`, `analysis.expressions`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, or_, select

from longpole.analysis.expressions import ExpressionError, parse
from longpole.analysis.metric_values import Formula
from longpole.domain.metrics import Level
from longpole.store.tables import custom_metrics, workflows

_KEYS_PER_QUERY = 500
_EVER = -(1 << 62)
_Key = tuple[str, str, str, int]


def formulas_of(connection: Connection, workflow_keys: Sequence[int]) -> tuple[Formula, ...]:
    """The formulas of some workflows, each with those of them that it is for."""
    of_formula: dict[_Key, list[int]] = defaultdict(list)
    for begin in range(0, len(workflow_keys), _KEYS_PER_QUERY):
        for workflow_key, key in _definitions(connection, workflow_keys[begin : begin + _KEYS_PER_QUERY]):
            of_formula[key].append(workflow_key)
    return tuple(_formulas(of_formula.items()))


def _definitions(connection: Connection, workflow_keys: Sequence[int]) -> Iterable[tuple[int, _Key]]:
    c = custom_metrics.c
    is_its_own = (c.app_id == workflows.c.app_id) & or_(
        c.workflow_id.is_(None), c.workflow_id == workflows.c.workflow_id
    )
    query = (
        select(workflows.c.workflow_key, c.name, c.level, c.expression, c.counts_from)
        .join(workflows, is_its_own)
        .where(workflows.c.workflow_key.in_(workflow_keys))
        .order_by(c.workflow_id.is_not(None))
    )
    standing = {(row.workflow_key, row.name): row for row in connection.execute(query)}
    for row in standing.values():
        if row.expression is not None:
            counts_from = _EVER if row.counts_from is None else int(row.counts_from.timestamp())
            yield row.workflow_key, (row.name, row.level, row.expression, counts_from)


def _formulas(found: Iterable[tuple[_Key, list[int]]]) -> Iterable[Formula]:
    for (name, level, text, counts_from), keys in sorted(found):
        try:
            expression = parse(text)
        except ExpressionError:
            continue  # of a version that knew more; nothing is known of it then
        yield Formula(name, Level(level), expression, counts_from, np.array(sorted(keys), np.int64))

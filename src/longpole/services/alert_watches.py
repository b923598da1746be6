"""What a rule looks at, and what it sees there: the common ground of all kinds of rules.

Upstream: `alerting`, `alert_budgets`, `alert_error_rates`, `alert_absences`, `alert_degradations`, `alert_digest`.
Downstream: `store.overview_reads`, `store.period_cells`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from longpole.alerting.wording import Said
from longpole.domain.alerts import AlertEvent, AlertRule
from longpole.domain.periods import Period
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND
from longpole.services.cell_figures import Total, total, totals
from longpole.services.cell_scope import period_runs
from longpole.store.cell_reads import Names
from longpole.store.overview_reads import KnownWorkflow, known_workflows
from longpole.store.period_cells import cover, run_cells_of
from longpole.store.workflow_scope import find_scope

_WORKFLOW = 1  # part of a cell's key


@dataclass(frozen=True, slots=True)
class Watch:
    """Something that is looked at.

    Attributes:
        subject: What it is, the same from look to look.
        holds: Whether it is to be told; None: that cannot be said now.
        said: What is to be told of it.
        workflow_id: Of which workflow; None: of the application.
        over: What is told when it is over; None: nothing, it never is.
        over_since: The last sign that it is over, where `holds` is None.
        event: What the first message is.
    """

    subject: str
    holds: bool | None
    said: Said
    workflow_id: str | None = None
    over: Said | None = None
    over_since: datetime | None = None
    event: AlertEvent = AlertEvent.FIRING


@dataclass(frozen=True, slots=True)
class Look:
    """One evaluation of a rule: as of when, and in which state of the database. `is_open`: subjects that were told."""

    connection: Connection
    rule: AlertRule
    now_ns: int
    is_open: frozenset[str] = frozenset()


def watched_workflows(look: Look) -> list[KnownWorkflow]:
    """The workflows that a rule is about and something is known of."""
    known = known_workflows(look.connection, look.rule.app_id)
    wanted = look.rule.workflow_id
    return known if wanted is None else [each for each in known if each.workflow_id == wanted]


def totals_since(look: Look, since_ns: int, numbers: Sequence[str], until_ns: int | None = None) -> Mapping[str, Total]:
    """What the runs of each watched workflow came to, from a full hour on; a workflow without any has no entry."""
    names = Names(tuple(numbers))
    rule = look.rule
    known = watched_workflows(look)
    if rule.workflow_id is not None and not known:
        return _of_version(look, Period(since_ns, until_ns), names)
    ids: dict[int, str] = {each.workflow_key: each.workflow_id for each in known}
    if not ids:
        return {}
    end = None if until_ns is None else until_ns // NS_PER_SECOND
    found = cover(look.connection, list(ids), since_ns // NS_PER_SECOND, end)
    cells = run_cells_of(look.connection, found, names)
    return {ids[key]: each for key, each in totals(cells, cells.keys[:, _WORKFLOW]).items()}


def _of_version(look: Look, period: Period, names: Names) -> Mapping[str, Total]:
    """The same where the rule's workflow is a version of one."""
    assert look.rule.workflow_id is not None
    scope = find_scope(look.connection, look.rule.app_id, look.rule.workflow_id)
    if scope is None:
        return {}
    return {look.rule.workflow_id: total(period_runs(look.connection, scope, period, names))}


def summed(parts: Mapping[str, Total], name: str) -> int | None:
    """A number over workflows; None where it is known of none."""
    known = [value for each in parts.values() if (value := each[name]) is not None]
    return sum(known) if known else None


def full_hour(at_ns: int) -> int:
    """The hour that goes on."""
    return at_ns // NS_PER_HOUR * NS_PER_HOUR

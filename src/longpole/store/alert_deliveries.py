"""Messages on their way: added once, claimed by one sender at a time, kept for a while.

    pending ─ claimed: attempts + 1, not before the claim runs out ─► delivered
       ▲                                                         ├──► failed
       └───────────────── to be tried again ◄────────────────────┘

A sender that dies leaves its claim, which runs out: the message goes again, with
the same id. Who comes late with what became of an attempt that was claimed anew
changes nothing.

Upstream: `services.alerting`, `services.alert_delivery`. Downstream: `tables.alerts`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, select, update

from longpole.domain.alert_json import message_from, message_json
from longpole.domain.alerts import Delivery, DeliveryState
from longpole.store.tables import alert_deliveries as table
from longpole.store.upserts import upsert
from longpole.store.values import text

_CANDIDATES = 32
_PENDING = table.c.state == DeliveryState.PENDING.value


def add(connection: Connection, delivery: Delivery) -> bool:
    """Store a new message; whether nobody had done so before."""
    values = {
        "id": delivery.id,
        "rule_id": delivery.rule_id,
        "subject": delivery.subject,
        "payload": message_json(delivery.message),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at,
        "delivered_at": delivery.delivered_at,
        "last_error": delivery.last_error,
        "created_at": delivery.created_at,
        "updated_at": delivery.updated_at,
    }
    counting = connection.execution_options(preserve_rowcount=True)
    return counting.execute(upsert(connection, table).values(values).on_conflict_do_nothing()).rowcount > 0


def latest(connection: Connection, rule_id: str) -> dict[str, Delivery]:
    """The last message of each subject of a rule."""
    newest = func.row_number().over(
        partition_by=table.c.subject, order_by=(table.c.created_at.desc(), table.c.id.desc())
    )
    ranked = select(table.c.id, newest.label("place")).where(table.c.rule_id == rule_id).subquery()
    query = select(table).join(ranked, ranked.c.id == table.c.id).where(ranked.c.place == 1)
    return {row.subject: _delivery(row) for row in connection.execute(query)}


def of_rule(connection: Connection, rule_id: str, limit: int) -> tuple[Delivery, ...]:
    """The messages of a rule, the newest first."""
    query = select(table).where(table.c.rule_id == text(rule_id)).order_by(table.c.created_at.desc(), table.c.id)
    return tuple(map(_delivery, connection.execute(query.limit(limit))))


def is_anything_due(connection: Connection, now: datetime) -> bool:
    """Whether a message waits to be sent."""
    query = select(exists().where(_PENDING, table.c.next_attempt_at <= now))
    return bool(connection.scalar(query))


def due(connection: Connection, now: datetime, busy_rules: Collection[str]) -> tuple[Delivery, ...]:
    """Some messages that wait to be sent, the longest first, but of those rules."""
    query = select(table).where(_PENDING, table.c.next_attempt_at <= now)
    if busy_rules:
        query = query.where(table.c.rule_id.not_in(sorted(busy_rules)))
    query = query.order_by(table.c.next_attempt_at, table.c.created_at, table.c.id).limit(_CANDIDATES)
    return tuple(map(_delivery, connection.execute(query)))


def claim(connection: Connection, delivery: Delivery, until: datetime, now: datetime) -> bool:
    """Take an attempt, if nobody else did since `delivery` was read."""
    query = _as_read(delivery).values(attempts=delivery.attempts + 1, next_attempt_at=until, updated_at=now)
    return _changed(connection, query)


def put_off(connection: Connection, delivery: Delivery, until: datetime, now: datetime) -> bool:
    """Send it later, without an attempt."""
    return _changed(connection, _as_read(delivery).values(next_attempt_at=until, updated_at=now))


def settle(connection: Connection, delivery: Delivery) -> bool:
    """Store what became of the attempt that `delivery` counts; whether that was still open."""
    query = (
        update(table)
        .where(table.c.id == delivery.id, _PENDING, table.c.attempts == delivery.attempts)
        .values(
            state=delivery.state.value,
            next_attempt_at=delivery.next_attempt_at,
            delivered_at=delivery.delivered_at,
            last_error=delivery.last_error,
            updated_at=delivery.updated_at,
        )
    )
    return _changed(connection, query)


def suppress(connection: Connection, rule_id: str, now: datetime, reason: str, subject: str | None = None) -> int:
    """Do not send what still waits, of a rule or of one subject of it; how many messages that were."""
    query = update(table).where(table.c.rule_id == rule_id, _PENDING)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    found = query.values(state=DeliveryState.SUPPRESSED.value, last_error=reason, updated_at=now)
    return connection.execution_options(preserve_rowcount=True).execute(found).rowcount


def forget(connection: Connection, before: datetime) -> int:
    """Remove what was told before, but for the last message of each subject; how many messages that were."""
    other = table.alias()
    is_followed = exists().where(
        other.c.rule_id == table.c.rule_id, other.c.subject == table.c.subject, other.c.created_at > table.c.created_at
    )
    old = delete(table).where(table.c.created_at < before, ~_PENDING, is_followed)
    return connection.execution_options(preserve_rowcount=True).execute(old).rowcount


def _as_read(delivery: Delivery) -> Any:
    return update(table).where(
        table.c.id == delivery.id,
        _PENDING,
        table.c.attempts == delivery.attempts,
        table.c.next_attempt_at == delivery.next_attempt_at,
    )


def _changed(connection: Connection, query: Any) -> bool:
    return connection.execution_options(preserve_rowcount=True).execute(query).rowcount > 0


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        rule_id=row.rule_id,
        subject=row.subject,
        message=message_from(row.payload),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        delivered_at=row.delivered_at,
        last_error=row.last_error,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

"""Connections to PostgreSQL for questions that have a deadline, whatever the server or the network does.

A question is sent and its answer awaited here, not in the driver, which waits
for as long as the network does. A line whose answer did not come in time is
given up. Lines are opened beside the caller, who waits for one no longer than
for an answer.

Upstream: `cache_postgres`. Source: libpq, "Asynchronous Command Processing"; the driver's own calls cost a third more.
"""

import select
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import Engine

from longpole.domain.errors import StorageUnavailableError
from longpole.store.forks import forget_in_child, leave_alone

Row = Sequence[bytes | None]
_TEXT, _BINARY = 0, 1
_CONNECT_S = 5
_CLOSED = "the connection was closed"


class RefusedError(Exception):
    """The server answered with an error; `state` is its five letters."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(message)
        self.state = state


class Line:
    """One connection with statements that were prepared by name."""

    def __init__(self, connection: psycopg.Connection[Any], statements: Mapping[str, str]) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._names = {name: name.encode() for name in statements}
        for name, statement in statements.items():
            result = self._pgconn.prepare(self._names[name], statement.encode())
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise psycopg.OperationalError(f"PostgreSQL does not take the statement {name!r}")
        self._poll = select.poll()
        self._poll.register(self._pgconn.socket, select.POLLIN)

    def ask(self, name: str, values: Sequence[bytes | None], formats: Sequence[int] | None, until: float) -> list[Row]:
        """The rows that a prepared statement gives, their values in binary form.

        Raises:
            StorageUnavailableError: There is no answer until then (by the monotonic clock), or no server.
            RefusedError: The answer is an error.
        """
        pgconn = self._pgconn
        try:
            pgconn.send_query_prepared(self._names[name], values, formats, _BINARY)
            while pgconn.flush():
                self._await(until, select.POLLIN | select.POLLOUT)
            results: list[pq.abc.PGresult] = []
            while True:
                while pgconn.is_busy():
                    self._await(until, select.POLLIN)
                    pgconn.consume_input()
                result = pgconn.get_result()
                if result is None:
                    return _rows(results)
                results.append(result)
        except psycopg.OperationalError as error:
            raise StorageUnavailableError(_CLOSED) from error

    def _await(self, until: float, events: int) -> None:
        if events != select.POLLIN:
            self._poll.modify(self._pgconn.socket, events)
        try:
            if not self._poll.poll(max(0.0, until - time.monotonic()) * 1000):
                raise StorageUnavailableError("no answer in time")
        finally:
            if events != select.POLLIN:
                self._poll.modify(self._pgconn.socket, select.POLLIN)
                self._pgconn.consume_input()

    def close(self) -> None:
        """Give up the connection."""
        self._connection.close()


def _rows(results: Iterable[pq.abc.PGresult]) -> list[Row]:
    rows: list[Row] = []
    for result in results:
        if result.status == pq.ExecStatus.TUPLES_OK:
            columns = range(result.nfields)
            rows.extend([result.get_value(row, column) for column in columns] for row in range(result.ntuples))
        elif result.status != pq.ExecStatus.COMMAND_OK:
            state = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
            raise RefusedError(state.decode(), (result.error_message or b"").decode("utf-8", "replace"))
    return rows


class Lines:
    """A few lines that all threads share; one that failed is replaced.

    Args:
        engine: Says where the server is.
        statements: What can be asked, by name.
        settings: Of the server, for these connections.
        most: How many lines there are at most.
    """

    def __init__(
        self, engine: Engine, statements: Mapping[str, str], settings: Mapping[str, str], most: int = 8
    ) -> None:
        _arguments, self._options = engine.dialect.create_connect_args(engine.url)
        self._statements, self._settings, self._most = statements, settings, most
        self._begin()
        forget_in_child(self._forget)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._idle: list[Line] = []
        self._count = 0
        self._is_closed = False
        self._problem: Exception | None = None

    def _forget(self) -> None:
        """In a forked child: the lines are the parent's."""
        leave_alone(self._idle)
        self._begin()

    def ask(
        self, name: str, values: Sequence[bytes | None], formats: Sequence[int] | None, budget_s: float
    ) -> list[Row]:
        """As `Line.ask`, on any line, within `budget_s`."""
        until = time.monotonic() + budget_s
        with self._line(until) as line:
            return line.ask(name, values, formats, until)

    @contextmanager
    def _line(self, until: float) -> Iterator[Line]:
        line = self._take(until)
        try:
            yield line
        except RefusedError:
            self._return(line)
            raise
        except BaseException:
            self._give_up(line)
            raise
        else:
            self._return(line)

    def _take(self, until: float) -> Line:
        with self._changed:
            while not self._idle:
                if self._is_closed:
                    raise StorageUnavailableError(_CLOSED)
                if self._count < self._most:
                    self._count += 1
                    threading.Thread(target=self._open, daemon=True, name="longpole-cache-connect").start()
                if not self._changed.wait(until - time.monotonic()) and not self._idle:
                    raise StorageUnavailableError("no connection in time")
                if self._problem is not None and not self._idle:
                    problem, self._problem = self._problem, None
                    raise StorageUnavailableError("no connection") from problem
            return self._idle.pop()

    def _open(self) -> None:
        line: Line | None = None
        problem: Exception | None = None
        try:
            line = self._opened()
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the line
            problem = error
        with self._changed:
            if line is None or self._is_closed:
                self._count -= 1
                self._problem = problem
            else:
                self._idle.append(line)
                line = None
            self._changed.notify_all()
        if line is not None:
            line.close()

    def _opened(self) -> Line:
        connection = psycopg.connect(**{**self._options, "connect_timeout": _CONNECT_S, "autocommit": True})
        try:
            for name, value in self._settings.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            return Line(connection, self._statements)
        except BaseException:
            connection.close()
            raise

    def _return(self, line: Line) -> None:
        with self._changed:
            if not self._is_closed:
                self._idle.append(line)
                self._changed.notify()
                return
        line.close()

    def _give_up(self, line: Line) -> None:
        """One that failed; with it all that are idle, as what broke one broke them."""
        with self._changed:
            broken = [line, *self._idle]
            self._idle.clear()
            self._count -= len(broken)
        for each in broken:
            each.close()

    def close(self) -> None:
        """Close what is idle now, and the rest when it is returned; what comes later fails."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for each in idle:
            each.close()


def wire(value: Any) -> tuple[bytes | None, int]:
    """A value as it is sent, and whether that is text (0) or binary (1): bytes as they are, all else as text."""
    if value is None:
        return None, _TEXT
    if isinstance(value, bytes):
        return value, _BINARY
    return encoded(str(value)), _TEXT


def encoded(text: str) -> bytes:
    """A text as it is sent; it would end at a NUL, which PostgreSQL does not hold: U+FFFD in its place."""
    return text.replace("\0", "\ufffd").encode()

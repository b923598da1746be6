"""Every error that Longpole raises itself. Each writes its own message and knows nothing of HTTP.

    LongpoleError
    ├── InvalidInputError           a field of the caller's is wrong: says which, why, and the value
    │   └── RunElsewhereError       the run belongs to another application or workflow
    ├── NotFoundError
    │   ├── RunNotFoundError
    │   ├── NodeExecutionNotFoundError
    │   ├── RecommendationNotFoundError
    │   ├── GraphNotFoundError
    │   └── AlertRuleNotFoundError
    ├── RangeTooLargeError          the question would read more rows than is allowed
    ├── UnavailableError            try again: says in how many seconds
    │   ├── OverloadedError         the ingest queue is full
    │   └── StorageUnavailableError the database did not answer, or is full
    ├── SchemaOutOfDateError        the database wants `longpole db upgrade`
    ├── MissingExtraError           a part that is not installed: says the pip line
    └── ListenError                 the server cannot listen where it was told to
        ├── NotLoopbackError        others could reach it, and it has no access keys
        └── AddressInUseError       another program listens there

Bad telemetry is not an error but data: see `assembly` and `ingest`.
"""

from typing import Any


class LongpoleError(Exception):
    """Base of all errors raised by Longpole."""


class InvalidInputError(LongpoleError, ValueError):
    """A value that the caller gave is not acceptable."""

    def __init__(self, field: str, problem: str, value: Any = None) -> None:
        shown = "" if value is None else f", got {value!r}"[:200]
        super().__init__(f"{field}: {problem}{shown}")
        self.field = field
        self.problem = problem


class RunElsewhereError(InvalidInputError):
    """The run belongs to another application or workflow than the caller says."""

    def __init__(self) -> None:
        super().__init__("workflow_run_id", "belongs to another application or workflow")


class NotFoundError(LongpoleError, LookupError):
    """A thing named by id does not exist, or not in this application and workflow."""


class RunNotFoundError(NotFoundError):
    """There is no such run."""

    def __init__(self, workflow_run_id: str) -> None:
        super().__init__(f"There is no run {workflow_run_id!r}.")
        self.workflow_run_id = workflow_run_id


class NodeExecutionNotFoundError(NotFoundError):
    """The run has no such node execution."""

    def __init__(self, workflow_run_id: str, node_execution_id: str) -> None:
        super().__init__(f"Run {workflow_run_id!r} has no node execution {node_execution_id!r}.")
        self.workflow_run_id = workflow_run_id
        self.node_execution_id = node_execution_id


class RecommendationNotFoundError(NotFoundError):
    """There is no such recommendation."""

    def __init__(self, recommendation_id: str) -> None:
        super().__init__(f"There is no recommendation {recommendation_id!r} here.")
        self.recommendation_id = recommendation_id


class GraphNotFoundError(NotFoundError):
    """No graph of the workflow is known."""

    def __init__(self, app_id: str, workflow_id: str) -> None:
        super().__init__(
            f"No graph of {app_id}/{workflow_id} is known. Import one: longpole graph import FILE "
            f"--app {app_id} --workflow {workflow_id}"
        )


class AlertRuleNotFoundError(NotFoundError):
    """There is no such alert rule."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"There is no alert rule {rule_id!r}. `longpole alerts list` lists those that there are.")
        self.rule_id = rule_id


class RangeTooLargeError(LongpoleError):
    """The question would read more rows than is allowed."""

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"This would read {rows:,} rows, more than {limit:,}. Ask for fewer days.")


class UnavailableError(LongpoleError):
    """Not now: try again in `retry_after_seconds`."""

    retry_after_seconds = 1


class OverloadedError(UnavailableError):
    """More telemetry is waiting to be stored than memory is set aside for."""

    def __init__(self, waiting_bytes: int) -> None:
        super().__init__(f"{waiting_bytes:,} bytes of telemetry are waiting to be stored already. Send it again later.")


class StorageUnavailableError(UnavailableError):
    """The database did not answer, is locked, or is full."""

    retry_after_seconds = 2

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database is not available: {reason}")


class SchemaOutOfDateError(LongpoleError):
    """The database's schema is not the one that this version needs."""

    def __init__(self, current: str | None, needed: str) -> None:
        found = current or "none"
        super().__init__(f"The database has schema {found}, this version needs {needed}. Run: longpole db upgrade")


class MissingExtraError(LongpoleError):
    """A part of Longpole that is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra. Install it with: pip install 'longpole[{extra}]'")
        self.extra = extra


class ListenError(LongpoleError):
    """The server cannot listen where it was told to."""


class NotLoopbackError(ListenError):
    """Others could reach the address, and nothing would ask them who they are."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host!r} is not a loopback address: everybody who can reach it could read and write. Keep --host "
            "127.0.0.1 and reach it through an SSH tunnel (ssh -L 4318:127.0.0.1:4318 SERVER) or behind a reverse "
            "proxy that asks for a password."
        )
        self.host = host


class AddressInUseError(ListenError):
    """Another program listens there already."""

    def __init__(self, host: str, port: int, option: str) -> None:
        super().__init__(
            f"Another program listens on {host}:{port} already. Stop it, or choose another port with {option} "
            "(0 picks a free one)."
        )
        self.port = port

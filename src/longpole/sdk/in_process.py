"""The services of this process, where the server extra is installed: no server, no configuration.

The one file of the SDK that knows them, and only once it is needed.

Upstream: `configuration`. Downstream: `services`, found when first used.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from longpole.domain.errors import InvalidInputError, UnavailableError
from longpole.sdk.transport import Answer, Ask, AwayError, RefusedError, Report, Run, RunAsync

if TYPE_CHECKING:
    from longpole.services.cache_requests import Execution


class InProcess:
    """On the runtime that is in use where a node runs."""

    def attempt(self, ask: Ask, run: Run) -> Answer:
        """The result of a node, from the cache or by running it in this thread."""
        from longpole.services import cache_calls  # noqa: PLC0415 - takes the server extra, and its time

        outcome = cache_calls.attempt(ask.app_id, ask.workflow_id, _execution(ask), run)
        return Answer(outcome.value, outcome.error, outcome.how)

    async def attempt_async(self, ask: Ask, run: RunAsync) -> Answer:
        """The same for a node that is awaited."""
        if not _opened:
            await asyncio.to_thread(_open)  # takes seconds where a database is to be made: not on the loop
        from longpole.services import cache_calls  # noqa: PLC0415 - as above

        outcome = await cache_calls.attempt_async(ask.app_id, ask.workflow_id, _execution(ask), run)
        return Answer(outcome.value, outcome.error, outcome.how)

    def sending(self, report: Report) -> Callable[[], None]:
        """Stores a report on the runtime that is in use where this is called."""
        on = _runtime_in_use()

        def send() -> None:
            from longpole import runtime  # noqa: PLC0415 - as above
            from longpole.services import recording  # noqa: PLC0415 - as above

            try:
                with runtime.use(on or runtime.current()):
                    recorded = recording.record_run(report.app_id, report.workflow_id, report.payload())
            except InvalidInputError as error:
                raise RefusedError(f"{error.field}: {error.problem}") from None
            except UnavailableError as error:
                raise AwayError(str(error)) from None
            if recorded.rejected:
                raise RefusedError(f"{len(recorded.rejected)} node executions: {recorded.rejected[0].problem}")

        return send


_opened: list[str] = []
"""Filled when the services have been imported and their database opened."""


def _open() -> None:
    """Import the services and open the database."""
    from longpole import runtime  # noqa: PLC0415 - as above
    from longpole.services import cache_calls  # noqa: F401, PLC0415 - as above

    _ = runtime.current().cache
    _opened.append("services")


def _runtime_in_use() -> Any:
    """None where nobody has needed one yet: it is the default one then, and importing it takes too long for here."""
    known = sys.modules.get("longpole.runtime")
    return None if known is None else known.current()


def _execution(ask: Ask) -> "Execution":
    from longpole.services.cache_requests import Execution  # noqa: PLC0415 - as above

    return Execution(
        ask.node_type, ask.config, ask.inputs, ask.node_id, ask.version, ask.ttl_hours,
        ask.stale_while_revalidate_hours, ask.stale_if_error_hours, ask.tags, ask.mode, ask.min_seconds, ask.cost,
    )  # fmt: skip

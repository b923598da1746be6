"""What may be asked of the list of a workflow's runs, and a page of it."""

from dataclasses import dataclass

from longpole.domain.runs import Run, RunStatus


@dataclass(frozen=True, slots=True)
class RunFilters:
    """Which runs to list; all that is given must hold.

    Times are those that a run counts by: its end, or when it was recorded.

    Attributes:
        since_ns: From this instant on.
        until_ns: Before this instant.
        silent_before_ns: Runs without an end of which nothing was heard since then are `partial` to `status`.
        slower_than_ns: Took longer than this.
        failed_node_id: An execution of this node failed in it.
    """

    status: RunStatus | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    user_id: str | None = None
    session_id: str | None = None
    tag: str | None = None
    slower_than_ns: int | None = None
    silent_before_ns: int | None = None
    failed_node_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, newest first; `next_cursor` asks for those after them, None where there are none."""

    items: tuple[Run, ...]
    next_cursor: str | None

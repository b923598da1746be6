"""What is reported of a run over HTTP, as it is described; `services.recording` checks it, value by value.

Only described here: a node with a wrong field must not keep the good ones
from being stored, so nothing is refused before the service sees it.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.runs import NodeStatus, RunStatus
from longpole.rest.parameters import MAX_ID_LENGTH, WITHOUT_NUL
from longpole.rest.schemas.answer import Answer
from longpole.rest.schemas.runs import RunLine

Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH, json_schema_extra=WITHOUT_NUL)]
Count = Annotated[int, Field(ge=0, le=10**15)]
NodeCount = Annotated[int, Field(ge=0, le=(1 << 31) - 1)]
Seconds = Annotated[float, Field(ge=0, le=9_223_372_036)]
Usd = Annotated[float, Field(ge=0, le=9e6)]

_EXAMPLE: dict[str, Any] = {
    "workflow_run_id": "run-789",
    "total_execution_time": 5.2,
    "execution_status": "succeeded",
    "started_at": "2026-11-08T14:03:22Z",
    "finished_at": "2026-11-08T14:03:27.2Z",
    "nodes": [
        {
            "node_execution_id": "exec-1",
            "node_id": "answer",
            "node_type": "llm",
            "node_title": "Generate response",
            "start_time": "2026-11-08T14:03:22.1Z",
            "end_time": "2026-11-08T14:03:27.1Z",
            "model": "gpt-4o-mini",
            "input_tokens": 1500,
            "output_tokens": 500,
            "is_cached": False,
            "status": "succeeded",
        }
    ],
}


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    workflow_version: Id | None = None
    error_type: Id | None = None
    error_message: str | None = None
    model: Id | None = None
    """The model that answered; prices the tokens where no cost is given."""
    provider: Id | None = None
    input_tokens: Count | None = None
    """Includes cache reads and writes."""
    output_tokens: Count | None = None
    """Includes reasoning."""
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    input_bytes: Count | None = None
    output_bytes: Count | None = None
    memory_peak_bytes: Count | None = None
    cpu_seconds: Seconds | None = None
    metrics: dict[Id, float] | None = None
    """Numbers of your own, by name."""


class NodeReport(_Report):
    """What is said of a node execution. What is null or left out is not known."""

    node_execution_id: Id
    node_id: Id
    node_type: Id
    node_title: str | None = None
    status: NodeStatus | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    started_at: datetime | None = None
    """The same as `start_time`."""
    finished_at: datetime | None = None
    """The same as `end_time`."""
    execution_time: Seconds | None = None
    """Seconds; retries and the waits between them included."""
    retry_count: Annotated[int, Field(ge=0, le=(1 << 15) - 2)] | None = None
    """Attempts after the first."""
    tokens_used: Count | None = None
    """Where only the total is known."""
    tokens_cost: Usd | None = None
    """US dollars."""
    is_cached: bool | None = None
    requested_model: Id | None = None
    time_to_first_token: Seconds | None = None
    ready_at: datetime | None = None
    """When everything that it waited for was there."""
    slot: Id | None = None
    """What it shared with others and had to wait for: a pool, a worker."""
    waits_for: list[Id] | None = None
    """Ids of nodes."""
    parent_node_execution_id: Id | None = None
    """The execution around it."""
    enclosing_node_id: Id | None = None
    """The step around it."""
    iteration_index: NodeCount | None = None


class RunReport(_Report):
    """What is said of a run; it stands as given, and what is not said is derived from its nodes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    workflow_run_id: Id
    workflow_name: Id | None = None
    execution_status: RunStatus | None = None
    total_execution_time: Seconds | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    node_count: NodeCount | None = None
    successful_nodes: NodeCount | None = None
    failed_nodes: NodeCount | None = None
    cached_nodes: NodeCount | None = None
    """Part of `successful_nodes`."""
    total_tokens_used: Count | None = None
    """Where only the total is known."""
    total_tokens_cost: Usd | None = None
    """US dollars."""
    cache_hit_rate: Annotated[float, Field(ge=0, le=100)] | None = None
    """0 to 100."""
    user_id: Id | None = None
    session_id: Id | None = None
    environment: Id | None = None
    tags: list[Id] | None = None
    nodes: list[NodeReport | Any] | None = None
    """A node execution each. One that is something else is told of, and does not keep the others from being stored."""


class RejectedNode(Answer):
    """A node execution that was not stored, and why."""

    index: int
    """Its place in `nodes`, from 0."""
    node_execution_id: str | None
    field: str
    problem: str


class Recorded(Answer):
    """What became of a report."""

    stored: int
    """Node executions that are stored."""
    rejected: tuple[RejectedNode, ...]
    """The others."""
    run: RunLine
    """The run as it is now."""

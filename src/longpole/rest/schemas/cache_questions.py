"""What the cache is asked over HTTP. Values are of JSON's types; a name that is not known is refused."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from longpole.caching.policy import MIN_SECONDS
from longpole.domain.errors import InvalidInputError
from longpole.rest.parameters import Id
from longpole.services.cache_leases import MOST_WAIT_S, Question
from longpole.services.cache_requests import Execution

Hours = Annotated[float, Field(ge=0, le=876_000)]
_LONGEST_LEASE_S = 3_600
_MOST_TAGS = 20
_LOOKUP: dict[str, Any] = {
    "node_type": "llm",
    "node_id": "answer",
    "node_config": {"model": "gpt-4", "temperature": 0.7},
    "input_data": {"prompt": "Hello, world!"},
    "wait_seconds": 10,
}
_STORE: dict[str, Any] = {
    **{name: value for name, value in _LOOKUP.items() if name != "wait_seconds"},
    "output": {"text": "Hi"},
    "execution_time": 5.0,
    "cost": 0.01,
    "ttl_hours": 24,
}


CRITERIA = ("node_type", "older_than_hours", "node_id", "cache_key", "tag")
"""What entries can be invalidated by."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class _OfNode(_Strict):
    node_type: Id | None = None
    """The type of the node. It or `cache_key` is needed."""
    node_config: dict[str, Any] | None = None
    """What the node is set up with; may say `{"cache": {…}}`."""
    input_data: Any = None
    """What goes into the node."""
    node_id: Id | None = None
    """The node, where two of the same configuration are not to share results."""
    version: Id | None = None
    """Of its code, model or data: whatever else decides what comes out."""
    cache_key: Id | None = None
    """A key of your own, in place of the one that is made of the fields above."""
    stale_while_revalidate_hours: Hours | None = None
    """How much longer a result may be served while it is made anew."""
    lease: str | None = Field(None, max_length=64)
    """The token that a look-up gave."""


class Lookup(_OfNode):
    """A result that is wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LOOKUP]})

    wait_seconds: Annotated[float, Field(ge=0, le=MOST_WAIT_S)] = 0.0
    """How long to wait for somebody who makes it."""
    lease_seconds: Annotated[float, Field(ge=0.1, le=_LONGEST_LEASE_S)] | None = None
    """How long the lease lasts; left out: as the settings say. With a `lease` it lasts so much longer."""
    waited: bool = False
    """The look-up before was answered with `wait`: what comes now is counted as coalesced, not as a hit."""
    failed: bool = False
    """The node failed: its lease is given back, and a result that has expired is shown if that is allowed."""
    stale_if_error_hours: Hours | None = None
    """How much longer a result may be shown when the node failed."""

    def question(self) -> Question:
        """The same in the service's words."""
        execution = Execution(
            self.node_type or "",
            self.node_config,
            self.input_data,
            node_id=self.node_id,
            version=self.version,
            stale_while_revalidate_hours=self.stale_while_revalidate_hours,
            stale_if_error_hours=self.stale_if_error_hours,
        )
        return Question(execution, self.cache_key, self.lease, self.lease_seconds, self.waited, self.failed)


class Store(_OfNode):
    """A result, or a lease that is given back."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORE]})

    output: Any = None
    """The result."""
    execution_time: Annotated[float, Field(ge=0, lt=1e9)] | None = None
    """Seconds that the node took, and each hit saves. Needed unless a lease is given back."""
    cost: Annotated[float, Field(ge=0, le=9e6)] | None = None
    """US dollars that the node cost, and each hit saves."""
    ttl_hours: Hours | None = None
    """How long it is fresh; left out: as the node's configuration or its type says."""
    stale_if_error_hours: Hours | None = None
    """How much longer it is kept for when it cannot be made."""
    min_seconds: Annotated[float, Field(ge=0)] = MIN_SECONDS
    """A result whose node took no longer is not kept."""
    tags: list[Id] = Field(default=[], max_length=_MOST_TAGS)
    """What it can be invalidated by, beside the node."""
    release: bool = False
    """Give the lease back without a result: the node failed, or will not run."""

    def execution(self) -> Execution:
        """The node's execution in the service's words."""
        return Execution(
            self.node_type or "",
            self.node_config,
            self.input_data,
            node_id=self.node_id,
            version=self.version,
            ttl_hours=self.ttl_hours,
            stale_while_revalidate_hours=self.stale_while_revalidate_hours,
            stale_if_error_hours=self.stale_if_error_hours,
            tags=self.tags,
            min_seconds=self.min_seconds,
            cost=self.cost,
        )

    def seconds(self) -> float:
        """What the node took.

        Raises:
            InvalidInputError: Nothing is said of it, or there is no output.
        """
        for name in ("output", "execution_time"):
            if name not in self.model_fields_set:
                raise InvalidInputError(name, "is needed; only a lease is given back without")
        if self.execution_time is None:
            raise InvalidInputError("execution_time", "is a number of seconds, 0 or more")
        return self.execution_time


class _Criteria(BaseModel):
    """Which entries of this workflow are meant."""

    node_type: Id | None = None
    older_than_hours: Hours | None = None
    """Made so long ago, or longer."""
    node_id: Id | None = None
    cache_key: Id | None = None
    tag: Id | None = None
    everything: bool = False
    """All entries of this workflow; goes with no criterion."""

    def criteria(self) -> dict[str, Any]:
        """The criteria that were given, by name.

        Raises:
            InvalidInputError: There is none, or there are some beside `everything`.
        """
        given = self.model_dump(exclude={"everything"}, exclude_none=True)
        if not given and not self.everything:
            raise InvalidInputError(
                "body",
                "needs a criterion: node_type, older_than_hours, node_id, cache_key or tag; "
                '{"everything": true} means all entries of this workflow',
            )
        if given and self.everything:
            raise InvalidInputError("everything", "goes with no criterion")
        return given


class Invalidation(_Strict, _Criteria):
    """Which entries of this workflow are wrong; all criteria hold together, and one is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"node_type": "llm", "older_than_hours": 48}]})


class Preview(_Criteria):
    """Which entries an invalidation would be about; all criteria hold together, and one is needed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

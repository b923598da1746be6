"""What may be asked of the list of a workflow's runs."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import RunStatus
from longpole.domain.units import instant_ns, nanoseconds
from longpole.rest.parameters import Id, Instant, Text
from longpole.rest.schemas.runs import AsOf

_MAX_NS = (1 << 63) - 1
_MAX_SECONDS = 1e9


class RunQuery(BaseModel):
    """Filters, and where in the list to go on."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    """How many, at most."""
    cursor: Annotated[Text, Field(json_schema_extra={"pattern": "^[0-9A-Za-z_-]{22}==$"})] | None = None
    """`next_cursor` of the answer before."""
    status: RunStatus | None = None
    """Only runs that ended so."""
    since: Instant | None = Field(None, examples=["2026-11-01T00:00:00Z"])
    """Only runs that ended at this instant or after it."""
    until: Instant | None = Field(None, examples=["2026-11-08T00:00:00+01:00"])
    """Only runs that ended before this instant."""
    user: Id | None = None
    """Only this user's runs."""
    session: Id | None = None
    """Only this session's runs."""
    tag: Text | None = None
    """Only runs with this tag."""
    slower_than: Annotated[float, Field(ge=0, le=_MAX_SECONDS, allow_inf_nan=False)] | None = None
    """Only runs that took longer than so many seconds."""
    failed_node: Id | None = None
    """Only runs in which an execution of this node failed."""

    def filters(self, as_of: AsOf) -> RunFilters:
        """The filters in the service's units."""
        return RunFilters(
            status=self.status,
            since_ns=_epoch_ns(self.since),
            until_ns=_epoch_ns(self.until),
            user_id=self.user,
            session_id=self.session,
            tag=self.tag,
            slower_than_ns=None if self.slower_than is None else nanoseconds(self.slower_than),
            failed_node_id=self.failed_node,
            silent_before_ns=as_of.now_ns - as_of.abandon_ns,
        )


def _epoch_ns(instant: datetime | None) -> int | None:
    """Nanoseconds since the epoch; instants too far off to be any run's are the farthest that can be stored."""
    return None if instant is None else max(-_MAX_NS, min(instant_ns(instant), _MAX_NS))

"""Of which period, and of which runs, figures are asked for."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import RunStatus
from longpole.rest.parameters import Id, Text

MOST_DAYS = 365


class FigureQuery(BaseModel):
    """The period, and filters; with filters runs are read one by one, which has a limit (422)."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7
    """The period: so many days up to now, from a full hour on."""
    status: RunStatus | None = None
    """Only runs that ended so."""
    user: Id | None = None
    """Only this user's runs."""
    session: Id | None = None
    """Only this session's runs."""
    tag: Text | None = None
    """Only runs with this tag."""

    def filters(self) -> RunFilters | None:
        """The filters in the service's words; None where none is given."""
        given = (self.status, self.user, self.session, self.tag)
        if given == (None, None, None, None):
            return None
        return RunFilters(status=self.status, user_id=self.user, session_id=self.session, tag=self.tag)

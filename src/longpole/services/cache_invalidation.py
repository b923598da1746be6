"""Which entries an invalidation is about, and what they come to; never those of another scope than the caller's.

Upstream: `cache`, `rest.cache`, `cli.cache`. Downstream: `store.cache_removal`.
"""

from longpole import runtime
from longpole.caching.policy import hours
from longpole.domain.cache import Criteria, Removal
from longpole.domain.errors import InvalidInputError
from longpole.domain.units import NS_PER_HOUR
from longpole.services.cache_requests import scope_of
from longpole.store import cache_removal


def criteria(
    *,
    node_type: str | None,
    older_than_hours: float | None,
    app_id: str | None,
    workflow_id: str | None,
    node_id: str | None,
    cache_key: str | None,
    tag: str | None,
    everything: bool,
) -> Criteria:
    """What the caller says, as criteria of entries.

    Raises:
        InvalidInputError: Nothing is said, and not that everything is meant; or an age is none.
    """
    said = (node_type, older_than_hours, app_id, workflow_id, node_id, cache_key, tag)
    if all(each is None for each in said) and not everything:
        raise InvalidInputError("invalidate_cache", "needs a criterion; everything=True means all entries of the scope")
    scope = scope_of(app_id, workflow_id)
    age_hours = hours(older_than_hours, "older_than_hours")
    return Criteria(
        scope.app_id,
        workflow_id if app_id is not None else scope.workflow_id,
        node_type,
        node_id,
        cache_key,
        tag,
        None if age_hours is None else runtime.current().clock() - round(age_hours * NS_PER_HOUR),
    )


def measured(meant: Criteria) -> Removal:
    """What an invalidation would take out, if it came now."""
    with runtime.reading() as connection:
        return cache_removal.measured(connection, meant)


def measured_expired(app_id: str | None = None, workflow_id: str | None = None) -> Removal:
    """What a clean-up of a scope would take out, if it came now."""
    with runtime.reading() as connection:
        return cache_removal.measured_expired(connection, runtime.current().clock(), scope_of(app_id, workflow_id))

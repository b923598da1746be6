"""What may stand in paths and queries: ids of any character but NUL, periods, filters, instants."""

import re
from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

MAX_ID_LENGTH = 255
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
WITHOUT_NUL = {"pattern": r"^[^\u0000]*$"}


def without_nul(text: str) -> str:
    """`text`, if both databases can hold it."""
    if "\0" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _decoded(escaped: str) -> str:
    """An id from its place in a path as it was sent (see `paths`)."""
    try:
        return unquote_to_bytes(escaped).decode()
    except UnicodeDecodeError:
        raise ValueError("is not valid UTF-8 where its percent-escapes are taken away") from None


def _instant_text(text: str) -> str:
    """The text of an instant, with the plus sign back that a query makes a space of (`+01:00`)."""
    if not _DATE_AND_TIME.match(text):
        raise ValueError("must be an instant with a time zone, like 2026-11-01T00:00:00Z")
    return f"{text[:-6]}+{text[-5:]}" if text[-6] == " " else text


Text = Annotated[str, AfterValidator(without_nul), Field(json_schema_extra=WITHOUT_NUL)]
"""Text that both databases can hold."""

Id = Annotated[
    str, Field(min_length=1, max_length=MAX_ID_LENGTH, json_schema_extra=WITHOUT_NUL), AfterValidator(without_nul)
]
"""An id in a body or query."""

_PathId = Annotated[
    str,
    BeforeValidator(_decoded),
    Field(min_length=1, max_length=MAX_ID_LENGTH, json_schema_extra=WITHOUT_NUL),
    AfterValidator(without_nul),
]

AppId = Annotated[_PathId, Path(description="The application; slashes in it as `%2F`.", examples=["shop"])]
WorkflowId = Annotated[_PathId, Path(description="The workflow; slashes in it as `%2F`.", examples=["trip_planner"])]
RunId = Annotated[_PathId, Path(description="The run; slashes in it as `%2F`.", examples=["run-789"])]
CacheKey = Annotated[_PathId, Path(description="The key of a cached result; slashes in it as `%2F`.")]
RecommendationId = Annotated[_PathId, Path(description="The recommendation.")]
MetricName = Annotated[_PathId, Path(description="The metric's name.", examples=["quality"])]
AlertRuleId = Annotated[_PathId, Path(description="The alert rule.")]

Days = Annotated[int, Query(ge=1, le=365, description="The period: so many days up to now.", examples=[7])]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text)]

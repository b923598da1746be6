"""What the API's description says of a report is what the service takes."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

from longpole.domain.errors import InvalidInputError
from longpole.rest.schemas.recording import NodeReport, RunReport
from longpole.services import reports


@pytest.mark.parametrize(
    ("described", "taken", "from_elsewhere"),
    [
        (NodeReport, reports.NodeReport, {"workflow_run_id"}),
        (RunReport, reports.RunReport, {"app_id", "workflow_id"}),
    ],
)
def test_it_names_every_field_that_is_taken(
    described: type[BaseModel], taken: type[reports.NodeReport | reports.RunReport], from_elsewhere: set[str]
) -> None:
    assert set(described.model_fields) - {"nodes"} == {each.name for each in fields(taken)} - from_elsewhere


def bounded(described: type[BaseModel]) -> list[tuple[str, float]]:
    """The fields that have a largest value, and it."""
    found = []
    for name, field in described.model_json_schema()["properties"].items():
        found += [(name, each["maximum"]) for each in field.get("anyOf", [field]) if "maximum" in each]
    assert len(found) > 10
    return found


@pytest.mark.parametrize(("field", "largest"), bounded(RunReport))
def test_a_run_may_have_the_largest_value_and_no_larger(field: str, largest: float) -> None:
    ids = {"app_id": "a", "workflow_id": "w", "workflow_run_id": "r"}
    assert reports.RunReport(**ids, **{field: largest}).said()
    with pytest.raises(InvalidInputError, match=field):
        reports.RunReport(**ids, **{field: largest + 1}).said()


@pytest.mark.parametrize(("field", "largest"), bounded(NodeReport))
def test_a_node_may_have_the_largest_value_and_no_larger(field: str, largest: float) -> None:
    ids = {"workflow_run_id": "r", "node_id": "n", "node_execution_id": "e", "node_type": "llm"}
    assert reports.NodeReport(**ids, **{field: largest}).node()
    with pytest.raises(InvalidInputError, match=field):
        reports.NodeReport(**ids, **{field: largest + 1}).node()

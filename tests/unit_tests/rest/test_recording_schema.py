"""What the API's description says of a report is what the service takes."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

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

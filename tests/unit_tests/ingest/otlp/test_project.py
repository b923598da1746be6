"""Which project a request names."""

import pytest

from longpole.ingest.otlp.project import request_context


@pytest.mark.parametrize(
    ("headers", "project"),
    [
        ({}, None),
        ({"x-project-name": "shop"}, "shop"),
        ({"langsmith-project": "shop"}, "shop"),
        ({"x-mlflow-experiment-id": "7"}, "7"),
        ({"x-mlflow-experiment-id": "7", "x-project-name": "shop"}, "shop"),
        ({"x-project-name": " ", "langsmith-project": "shop"}, "shop"),
        ({"x-project-name": "my%20shop"}, "my shop"),
        ({"x-project-name": "a" * 300}, "a" * 255),
    ],
)
def test_the_first_header_that_names_one_counts(headers: dict[str, str], project: str | None) -> None:
    assert request_context(headers).project == project

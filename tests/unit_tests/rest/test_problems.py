"""The table from errors to statuses."""

import pytest

from longpole.domain import errors
from longpole.rest.problems import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidInputError("days", "must be positive", -1), 422),
        (errors.RunElsewhereError(), 409),
        (errors.RangeTooLargeError(10, 5), 422),
        (errors.RunNotFoundError("r"), 404),
        (errors.RecommendationNotFoundError("r"), 404),
        (errors.OverloadedError(1), 503),
        (errors.StorageUnavailableError("down"), 503),
        (errors.SchemaOutOfDateError(None, "0001"), 503),
        (errors.MissingExtraError("grpc", "OTLP over gRPC"), 500),
        (errors.LongpoleError("anything"), 500),
    ],
)
def test_it_works(error: errors.LongpoleError, status: int) -> None:
    assert status_of(error) == status

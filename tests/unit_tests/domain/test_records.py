"""Records that are made quickly are as frozen, and as ordinary, as other dataclasses."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from longpole.domain.records import changed, changing, closed, opened, quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Sample:
    """A record with each kind of field."""

    name: str
    count: int = 3
    tags: list[str] = field(default_factory=list)


def test_a_record_is_filled_by_place_name_and_default() -> None:
    made = Sample("a", tags=["x"])
    assert (made.name, made.count, made.tags) == ("a", 3, ["x"])
    assert type(made) is Sample
    assert Sample("a").tags is not Sample("a").tags


def test_a_record_is_frozen() -> None:
    made = Sample("a")
    with pytest.raises(FrozenInstanceError):
        made.name = "b"  # type: ignore[misc]  # that is the point


def test_a_record_can_be_compared_copied_replaced_and_pickled() -> None:
    made = Sample("a", 1)
    assert made == Sample("a", 1) != Sample("a", 2)
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made
    assert replace(made, count=2) == changed(made, count=2) == Sample("a", 2)
    assert made.count == 1
    assert type(changed(made, count=2)) is Sample


def test_a_record_is_open_until_it_is_closed() -> None:
    made = opened(Sample)("a", tags=["x"])
    made.count = 7

    assert closed(made) is made
    assert made == Sample("a", 7, ["x"])
    assert type(made) is Sample
    with pytest.raises(FrozenInstanceError):
        made.count = 8  # type: ignore[misc]  # that is the point
    assert opened(Sample)("a").tags is not opened(Sample)("a").tags


def test_a_change_that_is_made_often_can_be_kept() -> None:
    counting = changing(Sample, "tags", "count")

    assert counting(Sample("a", 1), ["x"], 2) == Sample("a", 2, ["x"])


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="weight"):
        changed(Sample("a"), weight=1)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="name"):
        Sample()  # type: ignore[call-arg]  # that is the point


def test_a_class_that_checks_its_fields_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        name: str

        def __post_init__(self) -> None:
            raise AssertionError

    with pytest.raises(TypeError, match="Checked"):
        quickly_made(Checked)

"""Memory is shared, given back, and never refused to who is alone."""

import pytest

from longpole.domain.errors import OverloadedError
from longpole.ingest.pipeline_budget import MemoryBudget


def test_what_does_not_fit_is_refused_and_what_is_held_stays() -> None:
    budget = MemoryBudget(100)
    with budget.share() as first, budget.share() as second:
        first.grow(60)
        second.grow(40)
        with pytest.raises(OverloadedError):
            second.grow(1)
        assert budget.used_bytes == 100
    assert budget.used_bytes == 0


def test_who_is_alone_may_exceed_it() -> None:
    budget = MemoryBudget(100)
    with budget.share() as only:
        only.grow(90)
        only.grow(90)
        with budget.share() as other, pytest.raises(OverloadedError):
            other.grow(1)


def test_giving_back_twice_does_no_harm() -> None:
    budget = MemoryBudget(100)
    share = budget.share()
    share.grow(5)
    share.release()
    share.release()
    assert budget.used_bytes == 0

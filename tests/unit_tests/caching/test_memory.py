"""Memory holds no more than it may, and nothing of a scope of which anything was invalidated."""

from longpole.caching.memory import MemoryTier
from longpole.domain.cache import StoredEntry
from longpole.domain.scopes import Scope

SCOPE = Scope("app", "workflow")
S = 1_000_000_000


def entry(size: int = 100, elapsed_s: float = 1.0) -> StoredEntry:
    return StoredEntry(b"j" * size, 10, 10, round(elapsed_s * S))


def test_what_was_put_is_there_for_its_scope_only() -> None:
    memory = MemoryTier(1 << 20)
    memory.put((SCOPE, "k"), entry(), 0)
    assert memory.get((SCOPE, "k"), 0) == entry()
    assert memory.get((Scope("app", "other"), "k"), 0) is None
    assert memory.get((SCOPE, "other"), 0) is None


def test_a_new_generation_makes_it_void_for_good() -> None:
    memory = MemoryTier(1 << 20)
    memory.put((SCOPE, "k"), entry(), 7)
    assert memory.get((SCOPE, "k"), 8) is None
    assert memory.get((SCOPE, "k"), 7) is None
    assert memory.size_bytes == 0


def test_no_more_is_kept_than_may_be_and_the_most_valuable_stay() -> None:
    memory = MemoryTier(20_000)
    for number in range(100):
        memory.put((SCOPE, f"k{number}"), entry(1_000, elapsed_s=10.0 if number < 5 else 0.2), 0)
        assert memory.size_bytes <= 20_000
    assert all(memory.get((SCOPE, f"k{number}"), 0) for number in range(5))


def test_what_is_larger_than_all_of_it_leaves_the_others_alone() -> None:
    memory = MemoryTier(5_000)
    memory.put((SCOPE, "k"), entry(), 0)
    memory.put((SCOPE, "large"), entry(10_000), 0)
    assert memory.get((SCOPE, "k"), 0)
    assert memory.get((SCOPE, "large"), 0) is None


def test_a_later_result_takes_the_place_of_an_earlier_one() -> None:
    memory = MemoryTier(1 << 20)
    memory.put((SCOPE, "k"), entry(100), 0)
    before = memory.size_bytes
    memory.put((SCOPE, "k"), entry(300), 0)
    assert memory.size_bytes == before + 200
    memory.forget((SCOPE, "k"))
    assert memory.size_bytes == 0
    memory.put((SCOPE, "k"), entry(), 0)
    memory.clear()
    assert memory.get((SCOPE, "k"), 0) is None

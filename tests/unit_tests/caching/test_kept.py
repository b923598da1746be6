"""What is kept is found for fifteen seconds, and never more than four things are."""

from longpole.caching.kept import SECONDS, Kept


def test_it_is_found_until_it_is_too_old() -> None:
    now = [100.0]
    kept = Kept(lambda: now[0])
    kept.keep(("a", 1), "made")
    now[0] += SECONDS - 0.1
    assert kept.find(("a", 1), str) == "made"
    assert kept.find(("a", 2), str) is None
    now[0] += 0.1
    assert kept.find(("a", 1), str) is None


def test_asking_does_not_make_it_younger() -> None:
    now = [0.0]
    kept = Kept(lambda: now[0])
    kept.keep("a", 1)
    for _ in range(3):
        now[0] += SECONDS / 3
        last = kept.find("a", int)
    assert last is None


def test_of_five_things_the_one_that_was_not_asked_for_goes() -> None:
    kept = Kept(lambda: 0.0)
    for name in "abcd":
        kept.keep(name, name)
    assert kept.find("a", str) == "a"
    kept.keep("e", "e")
    assert [kept.find(name, str) for name in "abcde"] == ["a", None, "c", "d", "e"]


def test_another_kind_of_thing_is_none() -> None:
    kept = Kept(lambda: 0.0)
    kept.keep("a", 1)
    assert kept.find("a", str) is None

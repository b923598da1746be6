"""Which traces belong together."""

from hypothesis import given
from hypothesis import strategies as st

from longpole.services.trace_plans import families

links = st.dictionaries(
    st.integers(0, 12).map(lambda n: bytes([n])), st.frozensets(st.sampled_from("abcdef"), max_size=3)
)


@given(links)
def test_families_are_what_is_connected(given_links: dict[bytes, frozenset[str]]) -> None:
    found = families(given_links)
    assert sorted(trace for family in found for trace in family) == sorted(given_links)
    runs = [frozenset(run for trace in family for run in given_links[trace]) for family in found]
    assert all(not one & other for at, one in enumerate(runs) for other in runs[:at])
    for family in found:
        assert _reached(family[0], given_links) == set(family)


def _reached(start: bytes, given_links: dict[bytes, frozenset[str]]) -> set[bytes]:
    seen: set[bytes] = set()
    unseen = {start}
    while unseen:
        seen |= unseen
        runs = {run for trace in unseen for run in given_links[trace]}
        unseen = {trace for trace, named in given_links.items() if named & runs} - seen
    return seen

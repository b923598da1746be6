"""An id is one segment of a path, whatever is in it."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.rest.paths import path_as_sent

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def test_it_works() -> None:
    assert path_as_sent(b"/apps/a%2Fb/workflows/%77%20x/runs") == "/apps/a%2Fb/workflows/w%20x/runs"


@given(ids)
def test_an_id_is_one_segment_and_comes_back(an_id: str) -> None:
    path = path_as_sent(b"/runs/" + quote(an_id, safe="").encode())
    assert path.count("/") == 2
    assert unquote(path.removeprefix("/runs/"), errors="strict") == an_id


@given(ids)
def test_the_same_path_however_much_of_it_is_escaped(an_id: str) -> None:
    needed = quote(an_id, safe="").encode()
    everything = b"".join(b"%%%02x" % octet for octet in an_id.encode())
    assert path_as_sent(everything) == path_as_sent(needed)


@given(st.binary(max_size=30))
def test_doing_it_again_changes_nothing(raw: bytes) -> None:
    once = path_as_sent(raw)
    assert path_as_sent(once.encode("latin-1")) == once


@pytest.mark.parametrize("odd", ["/runs/%", "/runs/%2", "/runs/%zz", "/runs/100%25"])
def test_what_is_no_escape_stays(odd: str) -> None:
    assert path_as_sent(odd.encode()) == odd

"""Where runs are recorded and results kept, by what the program and its environment say."""

import os
from collections.abc import Iterator

import pytest

import longpole
from longpole.sdk.configuration import transport
from longpole.sdk.http import HttpTransport
from longpole.sdk.in_process import InProcess


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    here = transport()
    if isinstance(here, HttpTransport):
        here.close()
    longpole.configure()


def test_the_services_of_this_process_where_nothing_is_said() -> None:
    assert isinstance(transport(), InProcess)
    assert transport() is transport()


def test_a_server_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGPOLE_URL", "http://127.0.0.1:1")
    assert isinstance(transport(), HttpTransport)
    transport().close()
    monkeypatch.delenv("LONGPOLE_URL")
    assert isinstance(transport(), InProcess)


def test_a_forked_child_has_connections_of_its_own() -> None:
    longpole.configure(url="http://127.0.0.1:1")
    parents = transport()
    child = os.fork()
    if child == 0:
        own = transport()
        os._exit(0 if isinstance(own, HttpTransport) and own is not parents else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert transport() is parents


def test_there_are_no_other_names_than_those_that_are_offered() -> None:
    assert set(dir(longpole)) == {"__version__", "cached_node", "configure", "flush", "node", "workflow"}
    with pytest.raises(AttributeError, match="has no attribute 'cached_nodes'"):
        longpole.cached_nodes  # type: ignore[attr-defined] # noqa: B018 - it is not there

"""Where the server may listen, on real sockets."""

import socket

import pytest

from longpole.cli.listening import close, listen
from longpole.domain.errors import AddressInUseError, InvalidInputError, NotLoopbackError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_it_works(host: str) -> None:
    sockets = listen(host, 0, "--port")
    try:
        ports = {each.getsockname()[1] for each in sockets}
        assert len(ports) == 1
        with socket.create_connection((host, ports.pop()), timeout=5):
            pass
    finally:
        close(sockets)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "8.8.8.8", "::ffff:8.8.8.8"])
def test_others_could_reach_it(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="tunnel"):
        listen(host, 0, "--port")


def test_a_taken_port_is_said_with_the_option_that_chooses_another() -> None:
    first = listen("127.0.0.1", 0, "--port")
    port = first[0].getsockname()[1]
    try:
        with pytest.raises(AddressInUseError, match=rf"127\.0\.0\.1:{port} already.* --grpc-port"):
            listen("127.0.0.1", port, "--grpc-port")
    finally:
        close(first)


def test_a_port_can_be_used_again_at_once() -> None:
    first = listen("127.0.0.1", 0, "--port")
    port = first[0].getsockname()[1]
    close(first)
    close(listen("127.0.0.1", port, "--port"))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a b", "x" * 300, "256.1.1.1"])
def test_a_host_that_is_none(host: str) -> None:
    with pytest.raises(InvalidInputError, match="host"):
        listen(host, 0, "--port")

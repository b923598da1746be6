"""Where the server goes, and where it never does, in whatever form an address is written."""

import pytest

from longpole.alerting.addresses import Reach, RefusedAddressError, refusal, resolved

FAR, HERE, NEAR = Reach(), Reach(loopback=True), Reach(private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
    ],
)
def test_the_link_and_metadata_are_never_asked(address: str) -> None:
    assert all(refusal(address, reach) for reach in (FAR, HERE, NEAR, Reach(loopback=True, private=True)))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_asked_from_loopback(address: str) -> None:
    assert refusal(address, FAR)
    assert refusal(address, HERE) is None
    assert refusal(address, NEAR) is None


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "fd12::1", "100.64.0.1", "198.18.0.1"])
def test_private_networks_are_asked_where_a_setting_allows_it(address: str) -> None:
    assert "LONGPOLE_ALERT_PRIVATE_TARGETS" in (refusal(address, HERE) or "")
    assert refusal(address, NEAR) is None


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_the_others_are_asked(address: str) -> None:
    assert refusal(address, FAR) is None


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "localhost"])
def test_other_spellings_of_loopback_are_loopback(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="loopback"):
        resolved(host, 80, FAR)
    assert set(resolved(host, 80, HERE)) <= {"127.0.0.1", "::1"}

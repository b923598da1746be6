"""Which hosts are answered to, and whose changes are refused."""

import pytest
from fastapi.testclient import TestClient

from longpole.app import create_app
from longpole.rest.other_sites import host_name, is_private
from longpole.runtime import Runtime
from longpole.settings import Settings


@pytest.fixture
def client(sqlite_url: str) -> TestClient:
    return TestClient(create_app(Runtime(Settings(database_url=sqlite_url, public_url="https://pole.example/x"))))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:4318", "127.0.0.1"),
        ("[::1]:4318", "::1"),
        ("LocalHost", "localhost"),
        ("evil.example.:80", "evil.example"),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    "name",
    ["localhost", "127.0.0.1", "10.1.2.3", "::1", "longpole", "host.docker.internal", "box.local", "a.localhost"],
)
def test_names_that_nobody_can_register_are_answered_to(name: str) -> None:
    assert is_private(name)


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "internal.example"])
def test_a_name_that_somebody_can_let_point_here_is_not(client: TestClient, name: str) -> None:
    assert not is_private(name)
    answer = client.get("/apps", headers={"host": f"{name}:4318"})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert f"LONGPOLE_PUBLIC_URL=https://{name}" in answer.json()["detail"]


def test_the_public_name_is_answered_to(client: TestClient) -> None:
    assert client.get("/health", headers={"host": "pole.example"}).status_code == 200
    assert client.get("/health", headers={"host": "POLE.example:443"}).status_code == 200


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200), (None, 200)]
)
def test_a_change_from_a_page_of_another_site_is_refused(client: TestClient, site: str | None, status: int) -> None:
    headers = {} if site is None else {"sec-fetch-site": site}
    assert client.post("/apps/a/workflows/w/cache/cleanup", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 403),
        ("http://127.0.0.1.nip.io:4318", 403),
        ("null", 403),
        ("file://", 403),
        ("no address", 403),
        ("http://[", 403),
        ("http://testserver", 200),
        ("http://localhost:4318", 200),
        ("https://pole.example", 200),
    ],
)
def test_where_browsers_say_no_more_than_the_origin_it_counts(client: TestClient, origin: str, status: int) -> None:
    answer = client.post("/apps/a/workflows/w/cache/cleanup", headers={"origin": origin})
    assert answer.status_code == status
    assert client.get("/apps", headers={"origin": origin}).status_code == 200


def test_a_page_of_ours_behind_a_proxy_that_renames_us_may_change_something(client: TestClient) -> None:
    headers = {"origin": "https://other.example", "sec-fetch-site": "same-origin", "host": "127.0.0.1:4318"}
    assert client.post("/apps/a/workflows/w/cache/cleanup", headers=headers).status_code == 200


def test_a_link_from_another_site_still_leads_here(client: TestClient) -> None:
    assert client.get("/ui/", headers={"sec-fetch-site": "cross-site"}).status_code == 200

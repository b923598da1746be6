"""`/ui/`: the built dashboard as it is sent, and what is said where it was not built."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from longpole.rest import dashboard

PAGE = "<!doctype html><title>Longpole</title>"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the dashboard is looked for in; empty until a test builds something."""
    folder = tmp_path / "static"
    folder.mkdir()
    monkeypatch.setattr(dashboard, "static_folder", lambda: folder)
    return folder


def build(folder: Path) -> None:
    (folder / "assets").mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "main-1.js").write_text("whole")
    (folder / "assets" / "main-1.js.gz").write_bytes(b"zipped")
    (folder / "assets" / "main-1.js.br").write_bytes(b"brotli")
    (folder / "built-from.txt").write_text("digest")


@pytest.mark.parametrize("path", ["/", "/ui"])
def test_the_root_leads_to_it(border: TestClient, path: str) -> None:
    answer = border.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/ui/")


@pytest.mark.parametrize("path", ["", "w/shop/trip%2Fplanner", "runs/a%20b?node=x", "no/such.page"])
def test_every_address_is_answered_with_the_page(border: TestClient, built: Path, path: str) -> None:
    build(built)
    answer = border.get(f"/ui/{path}")
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "encoding", "suffix"), [("gzip, br", "br", ".br"), ("gzip", "gzip", ".gz"), ("identity", None, "")]
)
def test_files_are_sent_as_compressed_as_the_caller_takes_them(
    border: TestClient, built: Path, accepted: str, encoding: str | None, suffix: str
) -> None:
    build(built)
    with border.stream("GET", "/ui/assets/main-1.js", headers={"accept-encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert sent == (built / "assets" / f"main-1.js{suffix}").read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["assets/gone-2.js", "assets/../../secret", "assets/%2e%2e/built-from.txt"])
def test_a_file_that_is_not_there_is_no_page(border: TestClient, built: Path, path: str) -> None:
    build(built)
    (built.parent / "secret").write_text("secret")
    assert border.get(f"/ui/{path}").status_code == 404


@pytest.mark.parametrize("path", ["built-from.txt", "..%2fsecret", "assets/main-1.js.gz"])
def test_nothing_but_what_is_listed_is_sent(border: TestClient, built: Path, path: str) -> None:
    build(built)
    (built.parent / "secret").write_text("secret")
    answer = border.get(f"/ui/{path}")
    assert answer.status_code == 404 or answer.text == PAGE


def test_where_it_was_not_built_it_says_how_to(border: TestClient, built: Path) -> None:
    assert not (built / "index.html").exists()
    page = border.get("/ui/", headers={"host": "<script>alert(1)</script>"})
    assert page.status_code == 200
    assert "make dashboard" in page.text
    assert "<script>" not in page.text
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://testserver\n" in border.get("/ui/").text

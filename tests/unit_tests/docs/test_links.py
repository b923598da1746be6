"""A reader who follows a link arrives; a page that nobody links to is read by nobody."""

import posixpath
import re
from typing import Any
from urllib.parse import urlsplit

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_URL = re.compile(r"(?:https?|postgresql)://[^\s)\"'`>,|]+")
_MACHINE_PATH = re.compile(r"(?<![\w.~$-])/(?:home|root|work|tmp|Users|mnt|var|opt)/\w+")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
_HOSTS = {
    "127.0.0.1",
    "127.0.0.1/longpole",
    "127.0.0.1:9000",
    "…",
    "USER@HOST",
    "github.com",
    "hooks.example",
    "keepachangelog.com",
    "longpole.example",
    "longpole@localhost",
    "models.example",
    "longpole:secret@127.0.0.1",
    "semver.org",
    "www.rfc-editor.org",
}


def _slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _relative_links(pages: Any) -> list[tuple[str, str, str]]:
    """Page, path that is linked to, anchor."""
    found = []
    for page in pages.paths:
        for link in _LINK.findall(pages.prose(page)):
            parts = urlsplit(link)
            if not parts.scheme:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path)) if parts.path else page
                found.append((page, target, parts.fragment))
    return found


def test_every_relative_link_arrives(pages: Any) -> None:
    lost = [(page, target) for page, target, _ in _relative_links(pages) if not (pages.root / target).exists()]

    assert lost == []


def test_every_anchor_is_a_heading(pages: Any) -> None:
    lost = [
        (page, target, anchor)
        for page, target, anchor in _relative_links(pages)
        if anchor and anchor not in map(_slug, _HEADING.findall(pages.prose(target)))
    ]

    assert lost == []


def test_every_page_is_linked_to(pages: Any) -> None:
    linked = {target for page, target, _ in _relative_links(pages) if target != page}

    assert sorted(set(pages.paths) - linked - {"README.md"}) == []


def test_addresses_are_examples_or_public(pages: Any) -> None:
    """No host of anybody's own network."""
    named = {
        (urlsplit(url).netloc.split(":431")[0], page) for page in pages.paths for url in _URL.findall(pages.text(page))
    }

    assert sorted((host, page) for host, page in named if host not in _HOSTS) == []


def test_no_path_is_of_one_machine(pages: Any) -> None:
    named = [(page, path) for page in pages.paths for path in _MACHINE_PATH.findall(pages.text(page))]

    assert named == []

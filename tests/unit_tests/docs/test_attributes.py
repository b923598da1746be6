"""Every attribute of our own is documented, and none that nobody reads."""

import re
from typing import Any

from longpole.domain.semconv import longpole

_PAGE = "docs/reference/attributes.md"
_NAME = re.compile(r"`(longpole\.(?!domain|services|store|ingest)[a-z_.]+(?:<name>)?)`")


def _read() -> set[str]:
    named = {value for name, value in vars(longpole).items() if name.isupper() and isinstance(value, str)}
    return {f"{longpole.METRIC_PREFIX}<name>" if name == longpole.METRIC_PREFIX else name for name in named} - {
        longpole.PREFIX
    }


def test_every_attribute_is_documented(pages: Any) -> None:
    assert _read() == {name for name in pages.rows(_PAGE) if name.startswith(longpole.PREFIX)}


def test_no_page_names_an_attribute_that_nobody_reads(pages: Any) -> None:
    named = {(name, page) for page in pages.paths for name in _NAME.findall(pages.prose(page))}

    assert sorted((name, page) for name, page in named if name not in _read()) == []

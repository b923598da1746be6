"""Every setting is documented with its default, and no setting that there is not."""

import re
from typing import Any

import pytest

from longpole.settings import Settings

_PAGE = "docs/reference/settings.md"
_OF_THE_TESTS = {"LONGPOLE_TEST_POSTGRES_URL", "LONGPOLE_TEST_REDIS_URL"}
_OF_THE_SDK = {"LONGPOLE_URL", "LONGPOLE_APP_ID"}


def _default(value: object) -> str:
    """How a default is written in the reference."""
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case _:
            return f"`{value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_documented_with_its_default(pages: Any, name: str) -> None:
    field = Settings.model_fields[name]
    default, meaning = pages.rows(_PAGE)[f"LONGPOLE_{name.upper()}"]

    assert meaning
    if field.default_factory is None:
        assert _default(field.default) == default


def test_no_page_names_a_setting_that_there_is_not(pages: Any) -> None:
    there = {f"LONGPOLE_{name.upper()}" for name in Settings.model_fields} | _OF_THE_TESTS | _OF_THE_SDK
    named = {(name, page) for page in pages.paths for name in re.findall(r"LONGPOLE_[A-Z_]*[A-Z]", pages.text(page))}

    assert sorted((name, page) for name, page in named if name not in there) == []

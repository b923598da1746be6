"""What is set can be seen; what is secret cannot, in whatever setting it stands."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from longpole import runtime
from longpole.runtime import Runtime
from longpole.services.settings_in_force import CacheTtl, SettingInForce, cache_ttls, settings_in_force
from longpole.settings import Settings

SECRET = "s3cr3t-canary"


def shown(**given: object) -> dict[str, SettingInForce]:
    with runtime.use(Runtime(Settings.model_validate(given))):
        return {each.name: each for each in settings_in_force()}


def test_every_setting_is_there_with_what_it_means() -> None:
    found = shown()
    assert found.keys() == Settings.model_fields.keys()
    assert all(each.description for each in found.values())
    assert found["port"].variable == "LONGPOLE_PORT"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("database_url", f"postgresql://me:{SECRET}@db:5433/lp?password={SECRET}", "postgresql://db:5433/lp"),
        ("database_url", f"postgresql:///{SECRET}?host=/run", "set"),
        ("database_url", "sqlite:////var/lib/longpole.db", "sqlite:////var/lib/longpole.db"),
        ("cache_backend", f"redis://:{SECRET}@cache:6379/0", "redis://cache:6379/0"),
        ("cache_backend", f"my-backend {SECRET}", "set"),
        ("cache_backend", "none", "none"),
        ("llm_base_url", f"https://{SECRET}@[::1]:8000/v1?key={SECRET}#{SECRET}", "https://[::1]:8000/v1"),
        ("llm_base_url", f"https://models:{SECRET}/v1", "set"),
        ("public_url", f"https://{SECRET}:x@longpole.example/", "https://longpole.example"),
        ("llm_api_key", SECRET, "set"),
        ("smtp_url", f"smtp://me:{SECRET}@mail", "set"),
        ("smtp_url", None, "not set"),
    ],
)
def test_no_secret_is_shown(name: str, value: str | None, expected: str) -> None:
    found = shown(**{name: value})
    assert found[name].value == expected
    assert SECRET not in json.dumps([asdict(each) for each in found.values()])


def test_what_is_secret_is_said_to_be() -> None:
    assert {name for name, each in shown().items() if each.is_secret} == {"llm_api_key", "smtp_url"}


def test_kinds_that_hold_no_secret_are_shown_as_they_are(tmp_path: Path) -> None:
    found = shown(prices=tmp_path, disk_budget="200MB", cache_mode="shadow", cache_ttl_hours={"llm": 2}, upkeep=False)
    assert found["prices"].value == str(tmp_path)
    assert (found["disk_budget"].value, found["disk_budget"].default) == (200_000_000, None)
    assert (found["cache_mode"].value, found["upkeep"].value) == ("shadow", False)
    assert found["cache_ttl_hours"].value == {"llm": 2.0}
    assert not found["upkeep"].is_default
    assert found["port"].is_default


def test_times_of_the_cache_are_by_type_the_default_last() -> None:
    with runtime.use(Runtime(Settings(cache_ttl_hours={"llm": 2, "zebra": 1}))):
        found = cache_ttls()
    assert CacheTtl("llm", 2, is_set=True) in found
    assert CacheTtl("code", 48, is_set=False) in found
    assert [each.node_type for each in found][-2:] == ["zebra", "default"]

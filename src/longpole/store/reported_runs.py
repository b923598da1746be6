"""What a caller said of a run stands as given, whatever its nodes or its telemetry say.

It is kept beside the run as JSON in the names of `Run`, and laid over what is
derived each time the run is written.

Upstream: `services.recording` says it. Downstream: `run_writes` lays it over.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from longpole.domain.runs import Run, RunStatus, TokenUsage


def to_json(reported: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a `Run` as JSON values; what is None was not said."""
    return {name: _encoded(value) for name, value in reported.items() if value is not None}


def overlay(run: Run, reported: Mapping[str, Any]) -> Run:
    """`run` with what was reported in the place of what was derived.

    A total that was reported without its parts leaves the derived parts as
    they are; a reported cost is known wholly.
    """
    said = {name: _decoded(name, value) for name, value in reported.items()}
    if "cost_usd" in said:
        said["known_cost_usd"] = said["cost_usd"]
    return replace(run, is_ended=True, **said)


def _encoded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, TokenUsage):
        return {kind: getattr(value, kind) for kind in TokenUsage.__slots__ if getattr(value, kind) is not None}
    return list(value) if isinstance(value, tuple) else value


def _decoded(name: str, value: Any) -> Any:
    match name:
        case "status":
            return RunStatus(value)
        case "cost_usd":
            return Decimal(value)
        case "tokens":
            return TokenUsage(**value)
        case "tags":
            return tuple(value)
    return value

"""The API's own description: FastAPI's, with the one form of problems that all calls share."""

from typing import Any

from fastapi import FastAPI

from longpole.rest.problems import Problem

_REFERENCES = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    """Have `app` describe its problems."""
    describe = app.openapi

    def with_problems() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = describe().setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(mode="serialization", ref_template=_REFERENCES)
            schemas.update(problem.pop("$defs", {}), Problem=problem)
        return describe()

    app.openapi = with_problems  # type: ignore[method-assign]  # FastAPI's documented way to extend it

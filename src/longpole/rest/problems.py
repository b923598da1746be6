"""Whatever goes wrong is told in one form: a problem document that says what to do about it.

One table maps errors to statuses; those that nobody foresaw are `defects`.

Source: RFC 9457 (problem details), RFC 9110 §15.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from longpole.domain.errors import (
    InvalidInputError,
    LongpoleError,
    NotFoundError,
    RangeTooLargeError,
    RunElsewhereError,
    SchemaOutOfDateError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"

_STATUS: Mapping[type[LongpoleError], HTTPStatus] = {
    RunElsewhereError: HTTPStatus.CONFLICT,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RangeTooLargeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    SchemaOutOfDateError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_DESCRIPTIONS: Mapping[int, str] = {
    400: "The body is not JSON.",
    404: "There is no such thing, or not in this application and workflow.",
    409: "The run belongs to another application or workflow.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "A parameter or field is wrong; `errors` says which.",
    500: "A defect of the server's; its log has it under the `instance`.",
    503: "Not now; `Retry-After` says when to try again.",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["days"], description="The parameter's or field's name, dotted where it is nested.")
    problem: str = Field(examples=["Input should be less than or equal to 365"])


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(default="about:blank", description="No more than the status says.")
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str | None = Field(default=None, examples=["days: Input should be less than or equal to 365"])
    instance: str | None = Field(default=None, description="Names this one occurrence, in the server's log too.")
    errors: list[FieldProblem] | None = None


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the problems that a route answers, besides those that any route may."""
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: reference}}
        for status in (*statuses, 422, 500, 503)
    }


def install(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Have every error of `app` told as a problem; `routes` are those of which a 405 says the methods."""
    app.state.problem_routes = tuple(routes)
    app.add_exception_handler(LongpoleError, _of_longpole)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


def status_of(error: LongpoleError) -> HTTPStatus:
    """The status by which an error is told: that of its nearest class in the table."""
    known = (_STATUS[cls] for cls in type(error).__mro__ if cls in _STATUS)
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


def refusal(status: int, detail: str) -> JSONResponse:
    """An answer from outside of any route."""
    return _answer(_problem(status, detail))


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _problem(
    status: int, detail: str | None, errors: Sequence[FieldProblem] | None = None, instance: str | None = None
) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(
        title=title, status=status, detail=detail, errors=list(errors) if errors else None, instance=instance
    )


def _of_longpole(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LongpoleError)
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, UnavailableError) else None
    fields = [FieldProblem(field=error.field, problem=error.problem)] if isinstance(error, InvalidInputError) else None
    return _answer(_problem(status_of(error), str(error), fields), headers)


def _of_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [FieldProblem(field=_field(each["loc"]), problem=_said(each)) for each in error.errors()]
    return _answer(_problem(422, "; ".join(f"{each.field}: {each.problem}" for each in fields[:5]), fields))


def _said(error: Mapping[str, Any]) -> str:
    """What pydantic says of a field; of an error of ours, what we said."""
    ours = error.get("ctx", {}).get("error")
    return str(ours) if isinstance(ours, ValueError) else str(error["msg"])


def _field(location: Sequence[int | str]) -> str:
    """`("body", "nodes", 0, "status")` is `nodes.0.status`; a wrong body as a whole is `body`."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = error.headers
    detail = None if error.detail == status.phrase else error.detail
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_methods(request)))
        headers, detail = {"Allow": allowed}, f"This address takes {allowed}."
    if status is HTTPStatus.NOT_FOUND and detail is None:
        detail = "There is nothing at this address: /openapi.json lists what there is."
    return _answer(_problem(status, detail), headers)


def _methods(request: Request) -> set[str]:
    """The methods that the path has; Starlette itself names those of its first route only."""
    there = [route for route in request.app.state.problem_routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in there for method in route.methods}


def defect(instance: str) -> JSONResponse:
    """What is told of an error that nobody foresaw: the id that the log has it under."""
    detail = "Something went wrong that should not have. The server's log has more."
    return _answer(_problem(500, detail, instance=instance))

"""OTLP over HTTP: `POST …/v1/traces`, `/v1/logs` and `/v1/metrics`, below any prefix that a client puts before them.

Bodies are read here, on the event loop; all other work is done in a worker
thread. The answer is in the request's encoding, comes after the commit, and
tells a client whether to send again: 503 yes, 400, 413 and 415 no.

Upstream: `app`. Downstream: `body`, `intake`, `responses`.
Source: opentelemetry-proto docs/specification.md, "OTLP/HTTP".
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from longpole.domain.errors import LongpoleError, UnavailableError
from longpole.ingest.otlp.body import ENCODINGS, TooLargeError, inflate, read_body
from longpole.ingest.otlp.decoded import TooManyRecordsError, UndecodableError
from longpole.ingest.otlp.intake import Encoding, Intake, Signal, Taken
from longpole.ingest.otlp.project import request_context
from longpole.ingest.otlp.responses import Code, failure, success
from longpole.ingest.pipeline import Pipeline
from longpole.ingest.pipeline_budget import Share

_ENCODING_OF = {
    "application/x-protobuf": Encoding.PROTOBUF,
    "application/protobuf": Encoding.PROTOBUF,
    "application/json": Encoding.JSON,
}
_SUMMARIES = {
    Signal.TRACES: "Take spans (OTLP)",
    Signal.LOGS: "Take log records (OTLP); they are joined to the spans that they name",
    Signal.METRICS: "Take metrics (OTLP); they are acknowledged and not used",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Stored; `partialSuccess` tells what was rejected, and why."},
    400: {"description": "The body is not what its content type says. Do not send it again."},
    413: {"description": "The body is too large, on the wire or inflated."},
    415: {"description": "Neither protobuf nor JSON, or a content encoding other than gzip and deflate."},
    503: {"description": "It cannot be stored now; `Retry-After` says when to try again."},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


class _Failure(NamedTuple):
    status: HTTPStatus
    code: Code


_FAILURES: Mapping[type[LongpoleError], _Failure] = {
    UndecodableError: _Failure(HTTPStatus.BAD_REQUEST, Code.INVALID_ARGUMENT),
    TooLargeError: _Failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.RESOURCE_EXHAUSTED),
    TooManyRecordsError: _Failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.RESOURCE_EXHAUSTED),
    UnavailableError: _Failure(HTTPStatus.SERVICE_UNAVAILABLE, Code.UNAVAILABLE),
}

_Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def router(pipeline: Pipeline) -> APIRouter:
    """The routes of the three signals; only those without a prefix are in the API's description."""
    door = _Door(pipeline)
    made = APIRouter(tags=["telemetry"])
    for signal in Signal:
        described = f"/v1/{signal.value}"
        for path in (described, f"{described}/", f"/{{prefix:path}}{described}", f"/{{prefix:path}}{described}/"):
            made.add_api_route(
                path,
                door.endpoint(signal),
                methods=["POST"],
                name=f"take_{signal.value}",
                summary=_SUMMARIES[signal],
                responses=_ANSWERS,
                response_class=Response,
                openapi_extra=_BODY,
                include_in_schema=path == described,
            )
    return made


class _Door:
    """What the endpoints share."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._settings = pipeline.runtime.settings
        self._intake = Intake(pipeline)

    def endpoint(self, signal: Signal) -> _Endpoint:
        """The endpoint of one signal."""

        async def take(request: Request) -> Response:
            return await self._answer(signal, request)

        return take

    async def _answer(self, signal: Signal, request: Request) -> Response:
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        encoding = _ENCODING_OF.get(content_type)
        if encoding is None:
            return _unsupported("Content-Type must be application/x-protobuf or application/json.", Encoding.JSON)
        if _content_encoding(request) not in ENCODINGS:
            return _unsupported("Content-Encoding must be gzip, deflate or identity.", encoding)
        try:
            with self._pipeline.budget.share() as share:
                taken = await self._take(signal, encoding, request, share)
                await asyncio.wrap_future(taken.stored)
        except (UndecodableError, TooLargeError, TooManyRecordsError, UnavailableError) as error:
            return _failed(error, encoding)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        return Response(success(signal, encoding, taken.rejected), media_type=encoding.value)

    async def _take(self, signal: Signal, encoding: Encoding, request: Request, share: Share) -> Taken:
        announced = request.headers.get("content-length", "")
        limit = self._settings.max_body_bytes
        wire = await read_body(request.stream(), int(announced) if announced.isdecimal() else None, limit, share)
        context = request_context(request.headers)
        content_encoding = _content_encoding(request)

        def work() -> Taken:
            body = inflate(wire, content_encoding, self._settings.max_decompressed_bytes, share)
            return self._intake.take(signal, encoding, body, context)

        return await asyncio.get_running_loop().run_in_executor(self._pipeline.workers, work)


def _content_encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "").strip().lower()


def _unsupported(message: str, encoding: Encoding) -> Response:
    body = failure(encoding, Code.INVALID_ARGUMENT, message)
    return Response(body, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, media_type=encoding.value)


def _failed(error: LongpoleError, encoding: Encoding) -> Response:
    status, code = next(_FAILURES[cls] for cls in type(error).__mro__ if cls in _FAILURES)
    retry_after = error.retry_after_seconds if isinstance(error, UnavailableError) else None
    headers = None if retry_after is None else {"Retry-After": str(retry_after)}
    return Response(failure(encoding, code, str(error), retry_after), status, headers, encoding.value)

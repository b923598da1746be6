"""OTLP over gRPC: the same decoder, the same pipeline, the same meaning of an acknowledgement.

Messages arrive as bytes, without the official message classes. A client is
told to try again by UNAVAILABLE with RetryInfo, and not to by INVALID_ARGUMENT.

Upstream: `app`. Downstream: `intake`. Source: opentelemetry-proto docs/specification.md, "OTLP/gRPC".
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from longpole.domain.errors import InvalidInputError, LongpoleError, MissingExtraError, UnavailableError
from longpole.ingest.otlp.decoded import TooManyRecordsError, UndecodableError
from longpole.ingest.otlp.intake import Encoding, Intake, Signal
from longpole.ingest.otlp.project import request_context
from longpole.ingest.otlp.responses import Code, failure, success
from longpole.ingest.pipeline import Pipeline

if TYPE_CHECKING:
    import grpc

_SERVICES = {
    Signal.TRACES: "opentelemetry.proto.collector.trace.v1.TraceService",
    Signal.LOGS: "opentelemetry.proto.collector.logs.v1.LogsService",
    Signal.METRICS: "opentelemetry.proto.collector.metrics.v1.MetricsService",
}
_THREADS = 8
_GRACE_S = 5.0
_STATUS_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class GrpcServer:
    """A running server and the port that it got."""

    port: int
    _server: "grpc.Server"
    _threads: ThreadPoolExecutor

    def stop(self) -> None:
        """Answer what has been asked, and end."""
        self._server.stop(_GRACE_S).wait()
        self._threads.shutdown(wait=True)


def serve_grpc(pipeline: Pipeline, host: str, port: int) -> GrpcServer:
    """Start taking OTLP over gRPC at `host`; port 0 takes a free one.

    Raises:
        MissingExtraError: If grpcio is not installed.
        InvalidInputError: If the address cannot be listened on.
    """
    try:
        import grpc  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError("grpc", "OTLP over gRPC") from None
    threads = ThreadPoolExecutor(_THREADS, "longpole-grpc")
    options = [
        ("grpc.max_receive_message_length", pipeline.runtime.settings.max_decompressed_bytes),
        ("grpc.so_reuseport", 0),  # two servers on one port would share its clients between them
    ]
    server = grpc.server(threads, options=options)
    door = _Door(pipeline)
    for signal, service in _SERVICES.items():
        export = grpc.unary_unary_rpc_method_handler(door.handler(signal, grpc.StatusCode))
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Export": export}),))
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError:
        bound = 0
    if not bound:
        threads.shutdown(wait=False)
        raise InvalidInputError("LONGPOLE_GRPC_PORT", f"cannot listen on {address}")
    server.start()
    return GrpcServer(bound, server, threads)


class _Door:
    """What the handlers share."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._budget = pipeline.budget
        self._intake = Intake(pipeline)

    def handler(self, signal: Signal, codes: Any) -> Callable[[bytes, Any], bytes]:
        """The handler of one signal's Export: request bytes in, response bytes out."""

        def export(body: bytes, context: Any) -> bytes:
            request = request_context(dict(context.invocation_metadata()))
            try:
                with self._budget.share() as share:
                    share.grow(len(body))
                    taken = self._intake.take(signal, Encoding.PROTOBUF, body, request)
                    taken.stored.result()
            except UndecodableError as error:
                _fail(context, codes.INVALID_ARGUMENT, Code.INVALID_ARGUMENT, error)
            except TooManyRecordsError as error:
                _fail(context, codes.RESOURCE_EXHAUSTED, Code.RESOURCE_EXHAUSTED, error)
            except UnavailableError as error:
                _fail(context, codes.UNAVAILABLE, Code.UNAVAILABLE, error, error.retry_after_seconds)
            else:
                return success(signal, Encoding.PROTOBUF, taken.rejected)
            return b""

        return export


def _fail(context: Any, status: Any, code: Code, error: LongpoleError, retry_after: int | None = None) -> None:
    """Answer with a status, and with a google.rpc.Status in the trailer that says the same to programs."""
    details = failure(Encoding.PROTOBUF, code, str(error), retry_after)
    context.set_trailing_metadata(((_STATUS_DETAILS, details),))
    context.set_code(status)
    context.set_details(str(error))

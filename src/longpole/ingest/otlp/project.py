"""The project that a request names in a header, as Phoenix, LangSmith and MLflow clients do.

Source: the design's OTLP contract, row "environment/project"; the clients' own documentation.
"""

from collections.abc import Mapping
from urllib.parse import unquote

from longpole.ingest.otlp.span import RequestContext

_HEADERS = ("x-project-name", "langsmith-project", "x-mlflow-experiment-id")
_LONGEST = 255


def request_context(headers: Mapping[str, str]) -> RequestContext:
    """The context of a request with these headers (or this gRPC metadata), their names in lower case.

    Values may be percent-encoded, as `OTEL_EXPORTER_OTLP_HEADERS` asks for.
    """
    for name in _HEADERS:
        project = unquote(headers.get(name, "")).strip()
        if project:
            return RequestContext(project[:_LONGEST])
    return RequestContext()

"""The stock instrumentation and the stock exporter, as anybody would set them up: nothing here is Longpole's.

Upstream: `session`. Downstream: openinference-instrumentation-langchain, opentelemetry-exporter-otlp-proto-http.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SERVICE = "demo"
"""The service's name, which is the application of its runs."""

_EVERY_MS = 500
_FLUSH_MS = 20_000


@contextmanager
def exported_to(address: str) -> Iterator[None]:
    """Within the block LangChain's runs are exported to a server; at its end everything has been sent."""
    session = requests.Session()
    session.trust_env = False  # a proxy of the user's cannot reach a server on this machine
    exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces", session=session)
    provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY_MS))
    instrumentor = LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        yield
        provider.force_flush(_FLUSH_MS)
    finally:
        instrumentor.uninstrument()
        provider.shutdown()

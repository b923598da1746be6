"""`longpole serve`: the API and OTLP on one port, OTLP over gRPC on the other."""

import gc
from typing import Annotated

import typer

from longpole.cli.options import DatabaseUrl, settings


def serve(
    host: Annotated[
        str | None,
        typer.Option(
            help="A loopback address to listen on. \\[env: LONGPOLE_HOST; default: 127.0.0.1]", show_default=False
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="For the API and OTLP over HTTP; 0 picks a free one. \\[env: LONGPOLE_PORT; default: 4318]",
            show_default=False,
        ),
    ] = None,
    grpc_port: Annotated[
        int | None,
        typer.Option(
            min=-1,
            max=65535,
            help="For OTLP over gRPC; 0 picks a free one, -1 turns it off. \\[env: LONGPOLE_GRPC_PORT; default: 4317]",
            show_default=False,
        ),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take telemetry in and answer questions about it, until Ctrl+C.

    [bold]Examples[/bold]

      longpole serve
      longpole serve --port 8080 --grpc-port -1
      longpole serve --database-url postgresql://longpole@localhost/longpole

    [bold]Then[/bold] point any OpenTelemetry exporter at it:

      export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
    """
    gc.disable()  # a thousand modules make no garbage; `server.run` turns it on again
    given = settings(host=host, port=port, grpc_port=grpc_port, database_url=database_url)
    from longpole.cli.server import run  # noqa: PLC0415 - a web framework; keeps `longpole --help` quick

    run(given)

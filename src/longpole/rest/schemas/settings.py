"""What is set, and where the server is."""

from longpole.rest.schemas.answer import Answer


class Setting(Answer):
    """A setting."""

    name: str
    variable: str
    """The environment variable that sets it."""
    value: str | int | float | bool | dict[str, float] | None
    """In force. Of secrets `set` or `not set`; sizes are bytes; addresses are without user, password and query."""
    default: str | int | float | bool | dict[str, float] | None
    is_default: bool
    is_secret: bool
    description: str


class CacheTtl(Answer):
    """How long results of a type of node are fresh."""

    node_type: str
    hours: float
    is_set: bool
    """By LONGPOLE_CACHE_TTL_HOURS; else it is built in."""


class ServerAddress(Answer):
    """Where telemetry is taken."""

    http: str
    """As the caller reached it."""
    grpc_port: int | None
    """Null where gRPC is off."""


class SettingsInForce(Answer):
    """What is set."""

    version: str
    address: ServerAddress
    items: tuple[Setting, ...]
    cache_ttls: tuple[CacheTtl, ...]

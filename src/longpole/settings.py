"""Every `LONGPOLE_*` variable. The only reader of the environment.

A setting is its field: name, default, bounds and meaning stand here, and the
reference in `docs/` is checked against it.
"""

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import ByteSize, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from longpole.caching.policy import Mode, Policy
from longpole.domain.metrics import MOST_NAMES

_MIB = 1 << 20


def default_database_url() -> str:
    """A SQLite file under the user's data directory."""
    return f"sqlite:///{user_data_path('longpole') / 'longpole.db'}"


class Settings(BaseSettings):
    """What can be set, each as the environment variable `LONGPOLE_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="LONGPOLE_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    database_url: str = Field(default_factory=default_database_url)
    """Where everything is kept: `sqlite:///FILE` or `postgresql://…`. May hold a password: never logged."""

    auto_migrate: bool = True
    """Migrate the schema when the database is first used. With `false`, run `longpole db upgrade` yourself."""

    host: str = "127.0.0.1"
    """The address to listen on. Without access keys only loopback addresses are accepted."""

    port: Annotated[int, Field(ge=0, le=65535)] = 4318
    """The port of the API and of OTLP over HTTP; 0 picks a free one."""

    grpc_port: Annotated[int, Field(ge=-1, le=65535)] = 4317
    """The port of OTLP over gRPC; 0 picks a free one, -1 turns gRPC off."""

    run_settle_seconds: Annotated[float, Field(ge=0)] = 10.0
    """How long after its last news a run whose root has ended is called complete."""

    run_abandon_seconds: Annotated[float, Field(gt=0)] = 1800.0
    """How long after its last news a run whose root has not ended is called incomplete, at least."""

    capture_content: bool = False
    """Store what went into nodes and came out of them. Off, only sizes and fingerprints are kept."""

    content_max_bytes: Annotated[int, Field(ge=0)] = 64 * 1024
    """Longest input or output that is stored, in bytes; the rest is cut off and the cut is marked."""

    content_mask: str | None = None
    """A function `module:name` that gets a payload (text) and returns what may be stored of it."""

    prices: Path | None = None
    """A JSON file of your own prices; it adds to and overrides the built-in table."""

    max_body_bytes: Annotated[int, Field(gt=0)] = 20 * _MIB
    """Largest telemetry request on the wire, in bytes."""

    max_decompressed_bytes: Annotated[int, Field(gt=0)] = 64 * _MIB
    """Largest telemetry request after decompression, in bytes."""

    ingest_queue_bytes: Annotated[int, Field(gt=0)] = 128 * _MIB
    """Telemetry that may wait in memory to be stored; beyond it clients are told to send again later."""

    upkeep: bool = True
    """Do the upkeep (rollups, retention, partitions) in the server. With `false`, run `longpole upkeep` beside it."""

    advice: bool = True
    """Analyse each workflow once a day, and verify what was followed. With `false` only when somebody asks."""

    degradations: bool = True
    """Look for changes of level every ten minutes. With `false` only with `longpole degradations --scan`."""

    retention_raw_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """How many days runs, their nodes and what arrived of them are kept. Figures of periods stay."""

    retention_hourly_days: Annotated[int, Field(ge=3, le=36_500)] = 90
    """How many days figures are kept by the hour; by the day they are kept for ever."""

    disk_budget: Annotated[ByteSize | None, Field(ge=20_000_000)] = None
    """How large the database may become, such as `200MB` or `2GB`; the oldest runs go first. Unset: no bound."""

    archive_dir: Path | None = None
    """A folder for Parquet files of runs and nodes, written before retention removes them (extra `archive`)."""

    rollup_max_nodes: Annotated[int, Field(ge=1)] = 1_000
    """How many nodes of a workflow are told apart in the figures of one stretch of time; the rest are `other`."""

    metrics_max: Annotated[int, Field(ge=0, le=MOST_NAMES)] = 50
    """Of how many metrics that a workflow sends there are figures of one stretch of time: the first by name."""

    cache_mode: Mode = Mode.ON
    """`on` serves cached results of nodes, `shadow` looks them up, runs all the same and compares, `off` neither."""

    cache_policy: Policy = Policy.STANDARD
    """`standard` keeps what is not known to have side effects, `strict` only what is pure or reads; others must ask."""

    cache_ttl_hours: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """How long results are fresh, by node type, where not as built in: `{"llm": 12, "default": 6}`."""

    cache_backend: str = "database"
    """Where cached bytes are: `database`, `none`, an address of Redis or Valkey (extra `redis`), or an entry point."""

    cache_timeout_ms: Annotated[float, Field(gt=0)] = 50.0
    """How long the backend may take to answer; afterwards it is a miss."""

    cache_memory: ByteSize = ByteSize(64 * _MIB)
    """How much of the cache each process remembers, such as `64MiB`."""

    cache_max_entry: Annotated[ByteSize, Field(gt=0)] = ByteSize(8 * _MIB)
    """Largest result that is cached, such as `8MiB`."""

    cache_max_size: Annotated[ByteSize, Field(gt=0)] = ByteSize(1024 * _MIB)
    """How much the cache may hold in all, such as `1GiB`; what saves least is given up first."""

    cache_lease_seconds: Annotated[float, Field(ge=0.1)] = 10.0
    """How long after its last sign of life the process that makes a result is replaced by another one."""

    llm_base_url: str | None = None
    """An OpenAI-compatible endpoint that words advice, such as `https://models.example/v1`. Unset: none is asked."""

    llm_api_key: SecretStr | None = None
    """The endpoint's key, if it wants one. Never logged."""

    llm_model: str = "gpt-4o-mini"
    """The model that is asked there."""

    llm_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long the endpoint may take; afterwards advice keeps the words that it has."""

    smtp_url: SecretStr | None = None
    """The mail server that alerts are sent by: `smtp://user:password@host:587` or `smtps://…`. Never logged."""

    smtp_from: str = "longpole@localhost"
    """Whom alerts by e-mail are from."""

    public_url: str | None = None
    """Where people reach this server, such as `https://longpole.example`: alerts link there, its name is answered to.
    Unset: host and port."""

    alert_private_targets: bool = False
    """Let alerts go to addresses in private networks, and to loopback where the server itself listens on others."""

    log_level: str = "info"
    """debug, info, warning or error."""

    def safe_database_url(self) -> str:
        """The database's address without its password, fit to be shown."""
        from sqlalchemy import make_url  # noqa: PLC0415 - keeps `longpole --help` quick

        return make_url(self.database_url).render_as_string(hide_password=True)

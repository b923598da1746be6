"""What arrived over OTLP, packed: the facts that runs are assembled from, again whenever more arrives."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, LargeBinary, SmallInteger, Table, Text, text

from longpole.store.tables.metadata import metadata

trace_chunks = Table(
    "trace_chunks",
    metadata,
    Column("chunk_key", BigInteger, primary_key=True, autoincrement=False, comment="time-ordered: see store.keys"),
    Column("trace_id", LargeBinary, nullable=False),
    Column("received_ns", BigInteger, nullable=False),
    Column("is_pending", Boolean, nullable=False, comment="not assembled into its run yet"),
    Column("facts", LargeBinary, nullable=False, comment="a packed assembly.facts.FactBatch: see store.trace_log"),
    Index(None, "trace_id"),
    Index(
        "ix_trace_chunks_pending",
        "chunk_key",
        sqlite_where=text("is_pending"),
        postgresql_where=text("is_pending"),
    ),
    comment="A row per batch of spans of one trace; assembling merges a trace's rows into one.",
)

run_traces = Table(
    "run_traces",
    metadata,
    Column("workflow_run_id", Text, primary_key=True),
    Column("trace_id", LargeBinary, primary_key=True),
    Index(None, "trace_id"),
    sqlite_with_rowid=False,
    comment="A row per trace that names a run by another id than its own.",
)

span_contents = Table(
    "span_contents",
    metadata,
    Column("trace_id", LargeBinary, primary_key=True),
    Column("span_id", LargeBinary, primary_key=True),
    Column("direction", SmallInteger, primary_key=True, autoincrement=False, comment="0 input, 1 output"),
    Column("is_cut", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="zlib of the masked text"),
    CheckConstraint("direction IN (0, 1)", name="direction"),
    comment="Payloads of spans; only where LONGPOLE_CAPTURE_CONTENT is on.",
)

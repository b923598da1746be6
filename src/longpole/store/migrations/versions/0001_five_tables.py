"""The five tables of the contract, the dimensions beside them, and what runs are assembled from.

Two of the five are views over compact tables, in the contract's names and units.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MONEY = sa.Numeric(24, 12).with_variant(sa.BigInteger(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

VIEWS = ("workflow_performance_metrics", "workflow_node_performance")

RUN_VIEW = """
CREATE VIEW workflow_performance_metrics AS
SELECT r.run_key AS id, w.app_id, w.workflow_id, r.workflow_run_id,
       r.elapsed_ns / 1e9 AS total_execution_time,
       r.node_count, r.successful_nodes, r.failed_nodes, r.cached_nodes,
       r.total_tokens AS total_tokens_used, {run_cost} AS total_tokens_cost, r.cache_hit_rate,
       CASE r.status WHEN 0 THEN 'succeeded' WHEN 1 THEN 'failed' WHEN 2 THEN 'partial' END AS execution_status,
       r.workflow_name, r.workflow_version, r.error_type, r.error_message, r.session_id, r.user_id, r.tags, r.source,
       r.memory_peak_bytes,
       {start} AS start_time, {end} AS end_time, {created} AS created_at, {updated} AS updated_at
  FROM runs r LEFT JOIN workflows w ON w.workflow_key = r.workflow_key
"""

NODE_VIEW = """
CREATE VIEW workflow_node_performance AS
SELECT r.workflow_run_id || '/' || e.node_execution_id AS id, r.workflow_run_id, n.node_id, e.node_execution_id,
       n.node_type, n.node_title,
       e.elapsed_ns / 1e9 AS execution_time, {node_start} AS start_time, {node_end} AS end_time,
       COALESCE(e.reported_tokens_used,
                CASE WHEN e.input_tokens IS NOT NULL OR e.output_tokens IS NOT NULL
                     THEN COALESCE(e.input_tokens, 0) + COALESCE(e.output_tokens, 0) END) AS tokens_used,
       {node_cost} AS tokens_cost, e.is_cached, e.attempts - 1 AS retry_count,
       CASE e.status WHEN 0 THEN 'succeeded' WHEN 1 THEN 'failed' WHEN 2 THEN 'skipped' END AS status,
       e.error_type, e.error_message, m.model, m.provider,
       e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens, e.reasoning_tokens,
       e.input_bytes, e.output_bytes, e.memory_peak_bytes,
       e.parent_node_execution_id, e.iteration_index, e.input_fingerprint, e.output_fingerprint,
       {created} AS created_at, {updated} AS updated_at
  FROM node_executions e
  JOIN runs r ON r.run_key = e.run_key
  JOIN nodes n ON n.node_key = e.node_key
  LEFT JOIN models m ON m.model_key = e.model_key
"""

INSTANTS = {
    "start": "r.start_ns",
    "end": "r.end_ns",
    "created": "r.recorded_ns",
    "updated": "r.updated_ns",
    "node_start": "e.start_ns",
    "node_end": "(e.start_ns + COALESCE(e.span_ns, e.elapsed_ns))",
}


def _create_views() -> None:
    if op.get_bind().dialect.name == "postgresql":
        instant = "(TIMESTAMPTZ 'epoch' + ({} / 1000) * INTERVAL '1 microsecond')"
        money = "{}"
    else:
        instant = "strftime('%Y-%m-%d %H:%M:%f', {} / 1e9, 'unixepoch')"
        money = "{} / 1e12"
    words = {name: instant.format(column) for name, column in INSTANTS.items()}
    words |= {"run_cost": money.format("r.cost_usd"), "node_cost": money.format("e.cost_usd")}
    for view in (RUN_VIEW, NODE_VIEW):
        op.execute(view.format(**words))


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("model_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), comment="the model that answered"),
        sa.Column("requested_model", sa.Text()),
        sa.Column("provider", sa.Text()),
        sa.PrimaryKeyConstraint("model_key", name="pk_models"),
        comment="A row per model as it was called.",
    )
    op.create_table(
        "node_attempts",
        sa.Column("run_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_execution_id", sa.Text(), nullable=False),
        sa.Column("attempt_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start_ns", sa.BigInteger()),
        sa.Column("end_ns", sa.BigInteger()),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("error_type", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.CheckConstraint("attempt_number >= 1", name="ck_node_attempts_attempt_number"),
        sa.CheckConstraint("end_ns >= start_ns", name="ck_node_attempts_end_after_start"),
        sa.CheckConstraint("status >= 0 AND status < 3", name="ck_node_attempts_status"),
        sa.PrimaryKeyConstraint("run_key", "node_execution_id", "attempt_number", name="pk_node_attempts"),
        comment="A row per attempt of a node execution that had more than one.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "node_executions",
        sa.Column("run_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_execution_id", sa.Text(), nullable=False),
        sa.Column("node_key", sa.BigInteger(), nullable=False),
        sa.Column("parent_node_execution_id", sa.Text()),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("start_ns", sa.BigInteger()),
        sa.Column("elapsed_ns", sa.BigInteger(), comment="as reported, else end minus start"),
        sa.Column("span_ns", sa.BigInteger(), comment="end minus start, where it is not elapsed_ns"),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("model_key", sa.BigInteger()),
        sa.Column("input_tokens", sa.BigInteger()),
        sa.Column("output_tokens", sa.BigInteger()),
        sa.Column("cache_read_tokens", sa.BigInteger()),
        sa.Column("cache_write_tokens", sa.BigInteger()),
        sa.Column("reasoning_tokens", sa.BigInteger()),
        sa.Column("cost_usd", MONEY),
        sa.Column("cost_source", sa.SmallInteger()),
        sa.Column("is_cached", sa.Boolean()),
        sa.Column("input_bytes", sa.BigInteger()),
        sa.Column("output_bytes", sa.BigInteger()),
        sa.Column("input_fingerprint", sa.BigInteger()),
        sa.Column("output_fingerprint", sa.BigInteger()),
        sa.Column("error_type", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("memory_peak_bytes", sa.BigInteger()),
        sa.Column("cpu_ns", sa.BigInteger()),
        sa.Column("first_token_ns", sa.BigInteger()),
        sa.Column("ready_ns", sa.BigInteger()),
        sa.Column("iteration_index", sa.Integer()),
        sa.Column("slot", sa.Text()),
        sa.Column("waits_for", JSON, comment="array of node ids"),
        sa.Column("metrics", JSON),
        sa.Column("reported_tokens_used", sa.BigInteger(), comment="a total given without its kinds"),
        sa.CheckConstraint("attempts >= 1", name="ck_node_executions_attempts"),
        sa.CheckConstraint("cache_read_tokens >= 0", name="ck_node_executions_cache_read_tokens"),
        sa.CheckConstraint("cache_write_tokens >= 0", name="ck_node_executions_cache_write_tokens"),
        sa.CheckConstraint("cost_source >= 0 AND cost_source < 2", name="ck_node_executions_cost_source"),
        sa.CheckConstraint("cost_usd >= 0", name="ck_node_executions_cost_usd"),
        sa.CheckConstraint("cpu_ns >= 0", name="ck_node_executions_cpu_ns"),
        sa.CheckConstraint("elapsed_ns >= 0", name="ck_node_executions_elapsed_ns"),
        sa.CheckConstraint("first_token_ns >= 0", name="ck_node_executions_first_token_ns"),
        sa.CheckConstraint("input_bytes >= 0", name="ck_node_executions_input_bytes"),
        sa.CheckConstraint("input_tokens >= 0", name="ck_node_executions_input_tokens"),
        sa.CheckConstraint("iteration_index >= 0", name="ck_node_executions_iteration_index"),
        sa.CheckConstraint("memory_peak_bytes >= 0", name="ck_node_executions_memory_peak_bytes"),
        sa.CheckConstraint("output_bytes >= 0", name="ck_node_executions_output_bytes"),
        sa.CheckConstraint("output_tokens >= 0", name="ck_node_executions_output_tokens"),
        sa.CheckConstraint("reasoning_tokens >= 0", name="ck_node_executions_reasoning_tokens"),
        sa.CheckConstraint("reported_tokens_used >= 0", name="ck_node_executions_reported_tokens_used"),
        sa.CheckConstraint("span_ns >= 0", name="ck_node_executions_span_ns"),
        sa.CheckConstraint("status >= 0 AND status < 3", name="ck_node_executions_status"),
        sa.PrimaryKeyConstraint("run_key", "node_execution_id", name="pk_node_executions"),
        comment="A row per execution of a node within a run; clustered by run.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "nodes",
        sa.Column("node_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column(
            "enclosing_node_id",
            sa.Text(),
            comment="the step around it: equal names in different steps are different nodes",
        ),
        sa.Column("node_type", sa.Text(), nullable=False),
        sa.Column("raw_type", sa.Text(), comment="the type as the engine spells it, where that differs"),
        sa.Column("node_title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node_key", name="pk_nodes"),
        comment="A row per way in which a node has shown itself; workflows share rows.",
    )
    op.create_table(
        "run_traces",
        sa.Column("workflow_run_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_run_id", "trace_id", name="pk_run_traces"),
        comment="A row per trace that names a run by another id than its own.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_traces_trace_id", "run_traces", ["trace_id"], unique=False)

    op.create_table(
        "runs",
        sa.Column(
            "run_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="time-ordered: see store.keys"
        ),
        sa.Column("workflow_run_id", sa.Text(), nullable=False),
        sa.Column("workflow_key", sa.BigInteger(), comment="NULL while only nodes of it were recorded"),
        sa.Column("workflow_name", sa.Text()),
        sa.Column("workflow_version", sa.Text()),
        sa.Column("trace_id", sa.LargeBinary()),
        sa.Column("source", sa.Text(), nullable=False, comment="where it came from: otlp, rest, service"),
        sa.Column("status", sa.SmallInteger(), comment="NULL while it runs"),
        sa.Column("is_ended", sa.Boolean(), nullable=False, comment="its end was seen"),
        sa.Column("error_type", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("session_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("environment", sa.Text()),
        sa.Column("tags", JSON, comment="array of text"),
        sa.Column("start_ns", sa.BigInteger()),
        sa.Column("end_ns", sa.BigInteger()),
        sa.Column("elapsed_ns", sa.BigInteger(), comment="as reported, else end minus start"),
        sa.Column(
            "period_ns",
            sa.BigInteger(),
            nullable=False,
            comment="which period it counts for: its end, else recorded_ns",
        ),
        sa.Column("recorded_ns", sa.BigInteger(), nullable=False, comment="when the first of it was stored"),
        sa.Column("updated_ns", sa.BigInteger(), nullable=False),
        sa.Column("last_received_ns", sa.BigInteger(), nullable=False, comment="when the newest news of it arrived"),
        sa.Column("node_count", sa.Integer(), nullable=False),
        sa.Column("successful_nodes", sa.Integer(), nullable=False),
        sa.Column("failed_nodes", sa.Integer(), nullable=False),
        sa.Column("cached_nodes", sa.Integer()),
        sa.Column("input_tokens", sa.BigInteger()),
        sa.Column("output_tokens", sa.BigInteger()),
        sa.Column("cache_read_tokens", sa.BigInteger()),
        sa.Column("cache_write_tokens", sa.BigInteger()),
        sa.Column("reasoning_tokens", sa.BigInteger()),
        sa.Column("embedding_tokens", sa.BigInteger(), comment="part of input_tokens"),
        sa.Column("total_tokens", sa.BigInteger()),
        sa.Column("cost_usd", MONEY, comment="NULL where a priced part is unknown"),
        sa.Column("known_cost_usd", MONEY, comment="the part that is known"),
        sa.Column("cache_hit_rate", sa.Double(), comment="0 to 100; NULL where nothing was said about caching"),
        sa.Column("memory_peak_bytes", sa.BigInteger()),
        sa.Column("cpu_ns", sa.BigInteger()),
        sa.Column("has_gaps", sa.Boolean(), nullable=False, comment="parents are missing"),
        sa.Column("metrics", JSON, comment="numbers of the user's own"),
        sa.Column("reported", JSON, comment="what a caller of record_workflow_execution said; it stands as given"),
        sa.CheckConstraint("cache_hit_rate >= 0 AND cache_hit_rate <= 100", name="ck_runs_cache_hit_rate"),
        sa.CheckConstraint("cache_read_tokens >= 0", name="ck_runs_cache_read_tokens"),
        sa.CheckConstraint("cache_write_tokens >= 0", name="ck_runs_cache_write_tokens"),
        sa.CheckConstraint("cached_nodes >= 0", name="ck_runs_cached_nodes"),
        sa.CheckConstraint("cost_usd >= 0", name="ck_runs_cost_usd"),
        sa.CheckConstraint("cpu_ns >= 0", name="ck_runs_cpu_ns"),
        sa.CheckConstraint("elapsed_ns >= 0", name="ck_runs_elapsed_ns"),
        sa.CheckConstraint("embedding_tokens >= 0", name="ck_runs_embedding_tokens"),
        sa.CheckConstraint("end_ns >= start_ns", name="ck_runs_end_after_start"),
        sa.CheckConstraint("failed_nodes >= 0", name="ck_runs_failed_nodes"),
        sa.CheckConstraint("input_tokens >= 0", name="ck_runs_input_tokens"),
        sa.CheckConstraint("known_cost_usd >= 0", name="ck_runs_known_cost_usd"),
        sa.CheckConstraint("memory_peak_bytes >= 0", name="ck_runs_memory_peak_bytes"),
        sa.CheckConstraint("node_count >= 0", name="ck_runs_node_count"),
        sa.CheckConstraint("output_tokens >= 0", name="ck_runs_output_tokens"),
        sa.CheckConstraint("reasoning_tokens >= 0", name="ck_runs_reasoning_tokens"),
        sa.CheckConstraint("status >= 0 AND status < 3", name="ck_runs_status"),
        sa.CheckConstraint("successful_nodes >= 0", name="ck_runs_successful_nodes"),
        sa.CheckConstraint("total_tokens >= 0", name="ck_runs_total_tokens"),
        sa.PrimaryKeyConstraint("run_key", name="pk_runs"),
        comment="A row per run.",
    )
    op.create_index("ix_runs_workflow_key_period_ns", "runs", ["workflow_key", "period_ns"], unique=False)
    op.create_index("ix_runs_workflow_run_id", "runs", ["workflow_run_id"], unique=True)

    op.create_table(
        "span_contents",
        sa.Column("trace_id", sa.LargeBinary(), nullable=False),
        sa.Column("span_id", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.SmallInteger(), autoincrement=False, nullable=False, comment="0 input, 1 output"),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="zlib of the masked text"),
        sa.CheckConstraint("direction IN (0, 1)", name="ck_span_contents_direction"),
        sa.PrimaryKeyConstraint("trace_id", "span_id", "direction", name="pk_span_contents"),
        comment="Payloads of spans; only where LONGPOLE_CAPTURE_CONTENT is on.",
    )
    op.create_table(
        "trace_chunks",
        sa.Column(
            "chunk_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="time-ordered: see store.keys"
        ),
        sa.Column("trace_id", sa.LargeBinary(), nullable=False),
        sa.Column("received_ns", sa.BigInteger(), nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False, comment="not assembled into its run yet"),
        sa.Column(
            "facts", sa.LargeBinary(), nullable=False, comment="a packed assembly.facts.FactBatch: see store.trace_log"
        ),
        sa.PrimaryKeyConstraint("chunk_key", name="pk_trace_chunks"),
        comment="A row per batch of spans of one trace; assembling merges a trace's rows into one.",
    )
    op.create_index(
        "ix_trace_chunks_pending",
        "trace_chunks",
        ["chunk_key"],
        unique=False,
        sqlite_where=sa.text("is_pending"),
        postgresql_where=sa.text("is_pending"),
    )
    op.create_index("ix_trace_chunks_trace_id", "trace_chunks", ["trace_id"], unique=False)

    op.create_table(
        "workflow_cache_entries",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="time-ordered: see store.keys"),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("cache_key", sa.Text(), nullable=False),
        sa.Column("node_type", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text()),
        sa.Column("output_data", JSON, comment="the readable form"),
        sa.Column(
            "output_bytes", sa.LargeBinary(), comment="the exact bytes that are served, where this tier holds them"
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.Column("original_execution_time", sa.Double(), nullable=False, comment="seconds"),
        sa.Column("total_time_saved", sa.Double(), nullable=False, comment="seconds"),
        sa.Column("original_cost", MONEY),
        sa.Column("total_cost_saved", MONEY),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hit_count >= 0", name="ck_workflow_cache_entries_hit_count"),
        sa.CheckConstraint("original_cost >= 0", name="ck_workflow_cache_entries_original_cost"),
        sa.CheckConstraint("original_execution_time >= 0", name="ck_workflow_cache_entries_original_execution_time"),
        sa.CheckConstraint("size_bytes >= 0", name="ck_workflow_cache_entries_size_bytes"),
        sa.CheckConstraint("total_cost_saved >= 0", name="ck_workflow_cache_entries_total_cost_saved"),
        sa.CheckConstraint("total_time_saved >= 0", name="ck_workflow_cache_entries_total_time_saved"),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_cache_entries"),
        comment="A row per cached result.",
    )
    op.create_index(
        "ix_workflow_cache_entries_app_id_workflow_id_cache_key",
        "workflow_cache_entries",
        ["app_id", "workflow_id", "cache_key"],
        unique=True,
    )
    op.create_index("ix_workflow_cache_entries_expires_at", "workflow_cache_entries", ["expires_at"], unique=False)

    op.create_table(
        "workflow_optimization_recommendations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("estimated_improvement", sa.Text(), comment="in words"),
        sa.Column("estimate", JSON, comment="metric, baseline, expected, low, high, unit, method, n"),
        sa.Column("affected_nodes", JSON, nullable=False, comment="array of node ids"),
        sa.Column("recommendation_steps", JSON, nullable=False, comment="array of text"),
        sa.Column("code_example", sa.Text()),
        sa.Column("evidence", JSON, nullable=False, comment="array of objects"),
        sa.Column("verification", JSON, comment="what it brought, once implemented"),
        sa.Column("dismissed_reason", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('performance', 'cost', 'reliability', 'scalability', 'best_practice')",
            name="ck_workflow_optimization_recommendations_category",
        ),
        sa.CheckConstraint(
            "severity IN ('info', 'low', 'medium', 'high', 'critical')",
            name="ck_workflow_optimization_recommendations_severity",
        ),
        sa.CheckConstraint(
            "status IN ('active', 'dismissed', 'implemented', 'obsolete')",
            name="ck_workflow_optimization_recommendations_status",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_optimization_recommendations"),
        comment="A row per finding for a workflow.",
    )
    op.create_index(
        "ix_recommendations_workflow",
        "workflow_optimization_recommendations",
        ["app_id", "workflow_id", "status"],
        unique=False,
    )

    op.create_table(
        "workflow_performance_trends",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="time-ordered: see store.keys"),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_type", sa.Text(), nullable=False),
        sa.Column("metric_type", sa.Text(), nullable=False),
        sa.Column("metric_value", sa.Double(), comment="the period's headline: a median, a sum or a ratio, by metric"),
        sa.Column("min_value", sa.Double()),
        sa.Column("max_value", sa.Double()),
        sa.Column("avg_value", sa.Double()),
        sa.Column("stddev_value", sa.Double()),
        sa.Column("percentile_50", sa.Double()),
        sa.Column("percentile_95", sa.Double()),
        sa.Column("percentile_99", sa.Double()),
        sa.Column("sample_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "period_type IN ('hourly', 'daily', 'weekly', 'monthly')", name="ck_workflow_performance_trends_period_type"
        ),
        sa.CheckConstraint("period_end > period_start", name="ck_workflow_performance_trends_period"),
        sa.CheckConstraint("sample_count >= 0", name="ck_workflow_performance_trends_sample_count"),
        sa.CheckConstraint("stddev_value >= 0", name="ck_workflow_performance_trends_stddev_value"),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_performance_trends"),
        comment="A row per workflow, metric and period.",
    )
    op.create_index(
        "ix_trends_identity",
        "workflow_performance_trends",
        ["app_id", "workflow_id", "metric_type", "period_type", "period_start"],
        unique=True,
    )

    op.create_table(
        "workflows",
        sa.Column("workflow_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_key", name="pk_workflows"),
        comment="A row per workflow of an application.",
    )
    op.create_index("ix_workflows_app_id_workflow_id", "workflows", ["app_id", "workflow_id"], unique=True)

    _create_views()


def downgrade() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")

    op.drop_table("workflows")

    op.drop_table("workflow_performance_trends")

    op.drop_table("workflow_optimization_recommendations")

    op.drop_table("workflow_cache_entries")

    op.drop_table("trace_chunks")
    op.drop_table("span_contents")

    op.drop_table("runs")

    op.drop_table("run_traces")
    op.drop_table("nodes")
    op.drop_table("node_executions")
    op.drop_table("node_attempts")
    op.drop_table("models")

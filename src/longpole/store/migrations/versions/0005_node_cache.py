"""The node cache: results apart from what they are worth, what it did by the hour, and what processes tell each other.

    workflow_cache_entries (table) ─► cache_results + cache_uses + cache_scopes, behind a view of the old name

Entries that are there keep their rows; their bytes are of no format that was ever served, so they are left behind.
"""

import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
READABLE = sa.Text().with_variant(JSONB(none_as_null=True), "postgresql")
MONEY = sa.Numeric(24, 12).with_variant(sa.BigInteger(), "sqlite")
AT_ONCE = 1_000

VIEW = """
CREATE VIEW workflow_cache_entries AS
SELECT r.id, s.app_id, s.workflow_id, r.cache_key, u.node_type, NULLIF(u.node_id, '') AS node_id,
       NULLIF(u.node_class, '') AS node_class, r.output_data, r.output_bytes, u.size_bytes,
       {expires} AS expires_at, {stale_until} AS stale_until, u.hit_count,
       u.elapsed_ns / 1e9 AS original_execution_time, u.saved_ns / 1e9 AS total_time_saved,
       {cost} AS original_cost, {saved} AS total_cost_saved, {last_hit} AS last_hit_at, u.priority, u.tags, u.parts,
       {created} AS created_at, {updated} AS updated_at
  FROM cache_results r JOIN cache_uses u ON u.id = r.id LEFT JOIN cache_scopes s ON s.scope_key = r.scope_key
"""
UPDATED = "(CASE WHEN u.last_hit_ns > u.created_ns THEN u.last_hit_ns ELSE u.created_ns END)"

TAKE_SCOPES = """
INSERT INTO cache_scopes (scope_key, app_id, workflow_id)
SELECT DISTINCT n.scope_key, e.app_id, e.workflow_id
  FROM workflow_cache_entries e JOIN cache_new_ids n ON n.old_id = e.id
"""
TAKE_RESULTS = """
INSERT INTO cache_results (id, scope_key, cache_key, head, body_in, output_data)
SELECT n.id, n.scope_key, e.cache_key, {nothing}, 0, {readable}
  FROM workflow_cache_entries e JOIN cache_new_ids n ON n.old_id = e.id
"""
TAKE_USES = """
INSERT INTO cache_uses (id, scope_key, node_type, node_id, node_class, created_ns, expires_ns, stale_until_ns,
                        elapsed_ns, cost_usd, size_bytes, worth, priority, hit_count, saved_ns, saved_usd, tags, parts)
SELECT n.id, n.scope_key, e.node_type, COALESCE(e.node_id, ''), '', {created}, {expires}, {expires},
       CAST(e.original_execution_time * 1e9 AS BIGINT), e.original_cost, e.size_bytes, 0, 0, e.hit_count,
       CAST(e.total_time_saved * 1e9 AS BIGINT), COALESCE(e.total_cost_saved, 0), '[]', '{{}}'
  FROM workflow_cache_entries e JOIN cache_new_ids n ON n.old_id = e.id
"""
GIVE_BACK = """
INSERT INTO {aside} (id, app_id, workflow_id, cache_key, node_type, node_id, output_data, size_bytes, expires_at,
                     hit_count, original_execution_time, total_time_saved, original_cost, total_cost_saved,
                     created_at, updated_at)
SELECT r.id, s.app_id, s.workflow_id, r.cache_key, u.node_type, NULLIF(u.node_id, ''), r.output_data, u.size_bytes,
       {expires}, u.hit_count, u.elapsed_ns / 1e9, u.saved_ns / 1e9, u.cost_usd, u.saved_usd, {created}, {updated}
  FROM cache_results r JOIN cache_uses u ON u.id = r.id JOIN cache_scopes s ON s.scope_key = r.scope_key
"""


def upgrade() -> None:
    _make_entry_tables()
    _make_count_tables()
    _make_signal_tables()
    _take_over()
    op.drop_table("workflow_cache_entries")
    money = "{}" if _is_postgresql() else "{} / 1e12"
    view = VIEW.format(
        expires=_instant("u.expires_ns"),
        stale_until=_instant("u.stale_until_ns"),
        last_hit=_instant("u.last_hit_ns"),
        created=_instant("u.created_ns"),
        updated=_instant(UPDATED),
        cost=money.format("u.cost_usd"),
        saved=money.format("u.saved_usd"),
    )
    op.execute(sa.text(view.replace(":", "\\:")))


def downgrade() -> None:
    aside = "cache_entries_aside"
    _make_old_table(aside)
    _execute(
        GIVE_BACK,
        aside=aside,
        expires=_instant("u.expires_ns"),
        created=_instant("u.created_ns"),
        updated=_instant(UPDATED),
    )
    op.execute("DROP VIEW workflow_cache_entries")
    op.rename_table(aside, "workflow_cache_entries")
    op.create_index(
        "ix_workflow_cache_entries_app_id_workflow_id_cache_key",
        "workflow_cache_entries",
        ["app_id", "workflow_id", "cache_key"],
        unique=True,
    )
    op.create_index("ix_workflow_cache_entries_expires_at", "workflow_cache_entries", ["expires_at"], unique=False)
    for table in (
        "cache_results",
        "cache_uses",
        "cache_scopes",
        "cache_facts",
        "cache_statistics",
        "cache_bypasses",
        "cache_leases",
        "cache_generations",
        "cache_secrets",
    ):
        op.drop_table(table)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _execute(statement: str, **words: str) -> None:
    op.execute(sa.text(statement.format(**words).replace(":", "\\:")))


def _instant(ns: str) -> str:
    """SQL of an instant, to the microsecond, of nanoseconds."""
    if _is_postgresql():
        return f"(TIMESTAMPTZ 'epoch' + ({ns} / 1000) * INTERVAL '1 microsecond')"
    seconds = f"strftime('%Y-%m-%d %H:%M:%S', {ns} / 1000000000, 'unixepoch')"
    return f"({seconds} || printf('.%06d', {ns} / 1000 % 1000000))"


def _nanoseconds(instant: str) -> str:
    """SQL of the nanoseconds of an instant."""
    if _is_postgresql():
        return f"(CAST(EXTRACT(EPOCH FROM {instant}) * 1000000 AS BIGINT) * 1000)"
    whole = f"CAST(strftime('%s', {instant}) AS INTEGER) * 1000000000"
    return f"({whole} + CAST(substr({instant}, 21, 6) AS INTEGER) * 1000)"


def _take_over() -> None:
    """Entries that are there, under the keys that they have from now on."""
    op.create_table(
        "cache_new_ids",
        sa.Column("old_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scope_key", sa.BigInteger(), nullable=False),
    )
    entries = sa.text("SELECT id, app_id, workflow_id, cache_key FROM workflow_cache_entries ORDER BY id")
    numbers = sa.table("cache_new_ids", sa.column("old_id"), sa.column("id"), sa.column("scope_key"))
    for rows in op.get_bind().execute(entries).partitions(AT_ONCE):
        pack = []
        for old_id, app_id, workflow_id, key in rows:
            scope_key = _hash(app_id, workflow_id)
            entry_id = _hash(key) ^ scope_key
            pack.append({"old_id": old_id, "id": entry_id, "scope_key": scope_key})
        op.bulk_insert(numbers, pack)
    words = {"expires": _nanoseconds("e.expires_at"), "created": _nanoseconds("e.created_at")}
    readable = "e.output_data" if _is_postgresql() else "CAST(e.output_data AS TEXT)"
    nothing = "''" if _is_postgresql() else "x''"
    for statement in (TAKE_SCOPES, TAKE_RESULTS, TAKE_USES):
        _execute(statement, readable=readable, nothing=nothing, **words)
    op.drop_table("cache_new_ids")


def _hash(*parts: str) -> int:
    """As `store.keys.dimension_key` is at this revision."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "big") >> 1


def _count(name: str, comment: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False, comment=comment)


def _key(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _make_entry_tables() -> None:
    op.create_table(
        "cache_results",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="a hash of scope and key"),
        sa.Column("scope_key", sa.BigInteger(), nullable=False),
        sa.Column("cache_key", sa.Text(), nullable=False),
        sa.Column(
            "head", sa.LargeBinary(), nullable=False, comment="what a hit tells beside the bytes: see store.cache_heads"
        ),
        sa.Column(
            "body_in",
            sa.SmallInteger(),
            nullable=False,
            comment="where the exact bytes are: 0: in another tier, 1: output_bytes, 2: output_data, after a byte 'j'",
        ),
        sa.Column("output_data", READABLE, comment="the readable form"),
        sa.Column("output_bytes", sa.LargeBinary(), comment="the exact bytes that are served"),
        sa.CheckConstraint("body_in IN (0, 1, 2)", name="ck_cache_results_ck_cache_results_body_in"),
        sa.PrimaryKeyConstraint("id", name="pk_cache_results"),
        comment="A row per cached result.",
    )
    op.create_table(
        "cache_uses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False, comment="of the result"),
        sa.Column("scope_key", sa.BigInteger(), nullable=False),
        sa.Column("node_type", sa.Text(), nullable=False, comment="empty: unknown"),
        sa.Column("node_id", sa.Text(), nullable=False, comment="empty: unknown"),
        sa.Column("node_class", sa.Text(), nullable=False, comment="empty: unknown"),
        sa.Column("created_ns", sa.BigInteger(), nullable=False, comment="when the result was made"),
        sa.Column("expires_ns", sa.BigInteger(), nullable=False, comment="until when it is fresh"),
        sa.Column("stale_until_ns", sa.BigInteger(), nullable=False, comment="until when it may be served at all"),
        sa.Column("elapsed_ns", sa.BigInteger(), nullable=False, comment="how long its node took"),
        sa.Column("cost_usd", MONEY, comment="what its node cost"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="of the exact bytes, in whichever tier"),
        sa.Column(
            "worth",
            sa.Double(),
            nullable=False,
            comment="seconds that a hit saves, by byte; a dollar weighs as seconds do",
        ),
        sa.Column("priority", sa.Double(), nullable=False, comment="what is lowest is evicted first"),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.Column("saved_ns", sa.BigInteger(), nullable=False, comment="what hits have saved"),
        sa.Column("saved_usd", MONEY, nullable=False, comment="what hits have saved, where it is known"),
        sa.Column("last_hit_ns", sa.BigInteger()),
        sa.Column("tags", READABLE, nullable=False, comment="array of text: what it can be invalidated by"),
        sa.Column("parts", sa.Text(), nullable=False, comment="JSON: what went into the key, fit to be shown"),
        sa.CheckConstraint("cost_usd >= 0", name="ck_cache_uses_ck_cache_uses_cost_usd"),
        sa.CheckConstraint("elapsed_ns >= 0", name="ck_cache_uses_ck_cache_uses_elapsed_ns"),
        sa.CheckConstraint("hit_count >= 0", name="ck_cache_uses_ck_cache_uses_hit_count"),
        sa.CheckConstraint("saved_ns >= 0", name="ck_cache_uses_ck_cache_uses_saved_ns"),
        sa.CheckConstraint("saved_usd >= 0", name="ck_cache_uses_ck_cache_uses_saved_usd"),
        sa.CheckConstraint("size_bytes >= 0", name="ck_cache_uses_ck_cache_uses_size_bytes"),
        sa.CheckConstraint("worth >= 0", name="ck_cache_uses_ck_cache_uses_worth"),
        sa.PrimaryKeyConstraint("id", name="pk_cache_uses"),
        comment="A row per cached result: what it is worth.",
    )
    op.create_index("ix_cache_uses_priority_size_bytes", "cache_uses", ["priority", "size_bytes"])
    op.create_index("ix_cache_uses_scope_key_stale_until_ns", "cache_uses", ["scope_key", "stale_until_ns"])
    op.create_table(
        "cache_scopes",
        sa.Column("scope_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="a hash of the two"),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column(
            "epoch",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="grows when an invalidation could not be carried out where the bytes are",
        ),
        sa.CheckConstraint("epoch >= 0", name="ck_cache_scopes_ck_cache_scopes_epoch"),
        sa.PrimaryKeyConstraint("scope_key", name="pk_cache_scopes"),
        comment="A row per workflow that ever had a cached result.",
    )
    op.create_index("ix_cache_scopes_app_id", "cache_scopes", ["app_id"])
    op.create_table(
        "cache_facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cache_facts"),
        comment="Numbers that the cache remembers: `clock`, the priority of what was evicted last.",
    )


def _make_count_tables() -> None:
    op.create_table(
        "cache_statistics",
        _key("app_id"),
        _key("workflow_id"),
        sa.Column(
            "hour_start", sa.BigInteger(), autoincrement=False, nullable=False, comment="seconds since the epoch"
        ),
        _key("node_type", "empty: unknown"),
        _key("node_id", "empty: unknown"),
        _key("node_class", "empty: unknown"),
        _count("hits"),
        _count("misses"),
        _count("coalesced", "waits for somebody else's producer; no hits"),
        _count("stale", "served after they had expired, as options allow"),
        _count("stores"),
        _count("evictions"),
        _count("errors"),
        _count("bytes_stored"),
        _count("saved_ns"),
        sa.Column("saved_usd", MONEY, server_default="0", nullable=False),
        _count("last_hit_ns", "0: never"),
        _count("would_hit", "shadow mode: what would have been a hit"),
        _count("would_miss", "shadow mode: what would have been a miss"),
        _count("matched", "shadow mode: gave the same output again"),
        _count("mismatched", "shadow mode: gave another output"),
        _count("would_save_ns"),
        sa.Column("would_save_usd", MONEY, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "app_id", "workflow_id", "hour_start", "node_type", "node_id", "node_class", name="pk_cache_statistics"
        ),
        comment="A row per node and hour.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cache_statistics_hour_start", "cache_statistics", ["hour_start"])
    op.create_table(
        "cache_bypasses",
        _key("app_id"),
        _key("workflow_id"),
        sa.Column(
            "hour_start", sa.BigInteger(), autoincrement=False, nullable=False, comment="seconds since the epoch"
        ),
        _key("node_type", "empty: unknown"),
        _key("node_id", "empty: unknown"),
        _key("node_class", "empty: unknown"),
        _key("reason"),
        _count("bypassed"),
        sa.PrimaryKeyConstraint(
            "app_id",
            "workflow_id",
            "hour_start",
            "node_type",
            "node_id",
            "node_class",
            "reason",
            name="pk_cache_bypasses",
        ),
        comment="A row per node, hour and reason why a result was not asked for or not kept.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cache_bypasses_hour_start", "cache_bypasses", ["hour_start"])


def _make_signal_tables() -> None:
    op.create_table(
        "cache_leases",
        sa.Column(
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="of the result: see cache_results"
        ),
        sa.Column("token", sa.Text(), nullable=False, comment="who makes it"),
        sa.Column("expires_ns", sa.BigInteger(), nullable=False, comment="after it anybody may make it"),
        sa.PrimaryKeyConstraint("id", name="pk_cache_leases"),
        comment="A row per result that is being made.",
    )
    op.create_table(
        "cache_generations",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False, comment="of 1,024: the scope key, modulo"),
        sa.Column("generation", sa.BigInteger(), nullable=False, comment="grows with every invalidation"),
        sa.PrimaryKeyConstraint("slot", name="pk_cache_generations"),
        comment="A row per slot in which anything was ever invalidated: what was remembered before is void.",
    )
    op.create_table(
        "cache_secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cache_secrets"),
        comment="What credentials are hashed with before they become part of a key; made once.",
    )


def _make_old_table(aside: str) -> None:
    op.create_table(
        aside,
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

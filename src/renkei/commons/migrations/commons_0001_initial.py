"""The first tables of `commons`, with their row-level security."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from renkei.database.tables import Xid8

revision = "commons_0001"
down_revision = None
branch_labels = ("commons",)
depends_on = None

_SQL = Path(__file__).parent


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS commons")
    op.create_table(
        "duties",
        sa.Column("duty", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text(collation="C"), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("duty"),
        schema="commons",
        comment="One owner a duty: an advisory lock to get it, the epoch checked at every commit so that a former owner cannot write.",
    )
    op.create_table(
        "event_failures",
        sa.Column("reader", sa.Text(collation="C"), nullable=False),
        sa.Column("event_key", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(collation="C"), nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reader", "event_key"),
        schema="commons",
        comment="Events whose handling failed: tried again at next_attempt_at; null there means dead letter.",
    )
    op.create_table(
        "event_readers",
        sa.Column("reader", sa.Text(collation="C"), nullable=False),
        sa.Column("xid", Xid8(), server_default="0", nullable=False),
        sa.Column("event_key", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("advanced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reader"),
        schema="commons",
        comment="How far each reader has come; everything at or before (xid, event_key) is done.",
    )
    op.create_table(
        "events",
        sa.Column("event_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("sender_key", sa.BigInteger(), nullable=False),
        sa.Column("addressee_key", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.UUID(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("track_id", sa.UUID(), nullable=True),
        sa.Column(
            "origin",
            Xid8(),
            nullable=False,
            comment="the transaction that this event in the end follows from",
        ),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_key"),
        sa.UniqueConstraint("event_id"),
        schema="commons",
        comment="Outbox, read in commit order: (xid, event_key) with xid below pg_snapshot_xmin. Ids, never values.",
    )
    op.create_index("ix_events_order", "events", ["xid", "event_key"], unique=False, schema="commons")
    op.create_index("ix_events_origin", "events", ["origin"], unique=False, schema="commons")
    op.create_index(
        "ix_events_track",
        "events",
        ["track_id"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("track_id IS NOT NULL"),
    )
    op.create_table(
        "history",
        sa.Column("history_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.Text(collation="C"), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("row", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("history_key"),
        schema="commons",
        comment="The former state of every row that was changed: nothing is overwritten.",
    )
    op.create_index(
        "ix_history_row", "history", ["table_name", "row_key", "history_key"], unique=False, schema="commons"
    )
    op.create_table(
        "idempotency",
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.Text(collation="C"), nullable=False),
        sa.Column("route", sa.Text(collation="C"), nullable=False),
        sa.Column("idempotency_key", sa.Text(collation="C"), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("operator_key", "caller", "route", "idempotency_key"),
        schema="commons",
        comment="One answer a key, caller and route; claimed before the work, answered with it.",
    )
    op.create_index(
        "ix_idempotency_claimed_at", "idempotency", ["claimed_at"], unique=False, schema="commons"
    )
    op.create_table(
        "accounts",
        sa.Column("account_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=False, comment="lower case"),
        sa.Column("password_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("staff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False),
        sa.Column("failed_logins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f("ck_accounts_state")),
        sa.PrimaryKeyConstraint("account_key", name=op.f("pk_accounts")),
        sa.UniqueConstraint("account_id", name=op.f("uq_accounts_account_id")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        schema="commons",
        comment="利用者, a person. failed_logins counts since the last success.",
    )
    op.create_table(
        "api_keys",
        sa.Column("api_key_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("api_key_id", sa.UUID(), nullable=False),
        sa.Column("application_name", sa.Text(collation="C"), nullable=False),
        sa.Column("attribute", sa.Text(collation="C"), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False, comment="HMAC-SHA256 of the key"),
        sa.Column("all_operators", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("component_scope", sa.Text(collation="C"), server_default="rest", nullable=False),
        sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "attribute IN ('Application', 'DataSpace', 'Traceability')", name=op.f("ck_api_keys_attribute")
        ),
        sa.CheckConstraint("component_scope IN ('rest', 'whole')", name=op.f("ck_api_keys_component_scope")),
        sa.CheckConstraint("state IN ('active', 'disabled', 'revoked')", name=op.f("ck_api_keys_state")),
        sa.PrimaryKeyConstraint("api_key_key", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("api_key_id", name=op.f("uq_api_keys_api_key_id")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
        schema="commons",
        comment="アプリケーション: an application allowed in.",
    )
    op.create_table(
        "operators",
        sa.Column("operator_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(collation="C"), nullable=False),
        sa.Column("country", sa.Text(collation="C"), server_default="JP", nullable=False),
        sa.Column(
            "open_operator_id", sa.Text(collation="C"), nullable=True, comment="null only while provisional"
        ),
        sa.Column("global_operator_id", sa.Text(collation="C"), nullable=True),
        sa.Column("state", sa.Text(collation="C"), server_default="member", nullable=False),
        sa.Column("sandbox", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("successor_key", sa.BigInteger(), nullable=True),
        sa.Column("invited_by_key", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "open_operator_id IS NOT NULL OR state = 'provisional'",
            name=op.f("ck_operators_open_operator_id"),
        ),
        sa.CheckConstraint(
            "state IN ('provisional', 'member', 'suspended', 'closed', 'merged')",
            name=op.f("ck_operators_state"),
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_key"], ["commons.operators.operator_key"], name=op.f("fk_operators_invited_by_key")
        ),
        sa.ForeignKeyConstraint(
            ["successor_key"], ["commons.operators.operator_key"], name=op.f("fk_operators_successor_key")
        ),
        sa.PrimaryKeyConstraint("operator_key", name=op.f("pk_operators")),
        sa.UniqueConstraint("global_operator_id", name=op.f("uq_operators_global_operator_id")),
        sa.UniqueConstraint("open_operator_id", name=op.f("uq_operators_open_operator_id")),
        sa.UniqueConstraint("operator_id", name=op.f("uq_operators_operator_id")),
        schema="commons",
        comment="事業者. Directory: name, address and public ids of a member may be read by its id.",
    )
    op.create_table(
        "sealed_secrets",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sealed_secrets")),
        schema="commons",
        comment="Secrets of the installation that must outlive a rotation of the master key, encrypted with it.",
    )
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.Text(collation="C"), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False, comment="encrypted with the master key"),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_signing_keys")),
        schema="commons",
        comment="Keys of access tokens; the newest signs, all not past their grace period verify.",
    )
    op.create_table(
        "api_key_networks",
        sa.Column("api_key_key", sa.BigInteger(), nullable=False),
        sa.Column("network", postgresql.CIDR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_key"], ["commons.api_keys.api_key_key"], name=op.f("fk_api_key_networks_api_key_key")
        ),
        sa.PrimaryKeyConstraint("api_key_key", "network", name=op.f("pk_api_key_networks")),
        schema="commons",
    )
    op.create_table(
        "api_key_operators",
        sa.Column("api_key_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_key"], ["commons.api_keys.api_key_key"], name=op.f("fk_api_key_operators_api_key_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_api_key_operators_operator_key"),
        ),
        sa.PrimaryKeyConstraint("api_key_key", "operator_key", name=op.f("pk_api_key_operators")),
        schema="commons",
    )
    op.create_table(
        "files",
        sa.Column("file_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("extension", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), server_default="reserved", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="of the plain bytes"),
        sa.Column(
            "wrapped_key",
            sa.LargeBinary(),
            nullable=True,
            comment="the file's own key, encrypted with the master key",
        ),
        sa.Column(
            "address",
            sa.LargeBinary(),
            nullable=True,
            comment="where the bytes lie: HMAC of sha256 under a key of the operator's own",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('reserved', 'stored', 'erased')", name=op.f("ck_files_state")),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_files_operator_key")
        ),
        sa.PrimaryKeyConstraint("file_key", name=op.f("pk_files")),
        sa.UniqueConstraint("file_id", name=op.f("uq_files_file_id")),
        schema="commons",
        comment="Content-addressed per operator, encrypted at rest.",
    )
    op.create_index(op.f("ix_files_operator_key"), "files", ["operator_key"], unique=False, schema="commons")
    op.create_table(
        "invitations",
        sa.Column("invitation_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invitation_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("invited_key", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=True),
        sa.Column("other_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_key"], ["commons.operators.operator_key"], name=op.f("fk_invitations_invited_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_invitations_operator_key")
        ),
        sa.PrimaryKeyConstraint("invitation_key", name=op.f("pk_invitations")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_invitations_invitation_id")),
        sa.UniqueConstraint(
            "operator_key", "invited_key", name=op.f("uq_invitations_operator_key_invited_key")
        ),
        schema="commons",
        comment="Who invited a company that is not a member yet, and how to reach it; the inviter's own row.",
    )
    op.create_table(
        "memberships",
        sa.Column("membership_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("mandate", sa.Text(collation="C"), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'editor', 'approver', 'viewer')", name=op.f("ck_memberships_role")
        ),
        sa.ForeignKeyConstraint(
            ["account_key"], ["commons.accounts.account_key"], name=op.f("fk_memberships_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_memberships_operator_key")
        ),
        sa.PrimaryKeyConstraint("membership_key", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "account_key", "operator_key", "role", name=op.f("uq_memberships_account_key_operator_key_role")
        ),
        schema="commons",
        comment="A role of a person in one operator; mandate names the consultant's contract, valid_until its end.",
    )
    op.create_index(
        op.f("ix_memberships_operator_key"), "memberships", ["operator_key"], unique=False, schema="commons"
    )
    op.create_table(
        "plants",
        sa.Column("plant_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plant_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(collation="C"), nullable=False),
        sa.Column("open_plant_id", sa.Text(collation="C"), nullable=False),
        sa.Column("global_plant_id", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_plants_operator_key")
        ),
        sa.PrimaryKeyConstraint("plant_key", name=op.f("pk_plants")),
        sa.UniqueConstraint(
            "operator_key", "global_plant_id", name=op.f("uq_plants_operator_key_global_plant_id")
        ),
        sa.UniqueConstraint(
            "operator_key", "open_plant_id", name=op.f("uq_plants_operator_key_open_plant_id")
        ),
        sa.UniqueConstraint("plant_id", name=op.f("uq_plants_plant_id")),
        schema="commons",
        comment="事業所, a site of an operator.",
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("family_id", sa.UUID(), nullable=False),
        sa.Column("account_key", sa.BigInteger(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('rotating', 'ouranos')", name=op.f("ck_refresh_tokens_kind")),
        sa.ForeignKeyConstraint(
            ["account_key"], ["commons.accounts.account_key"], name=op.f("fk_refresh_tokens_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_refresh_tokens_operator_key")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
        schema="commons",
        comment="Hashed; `rotating` is good once (a second use revokes the family), `ouranos` until it expires or is revoked.",
    )
    op.create_index(
        "ix_refresh_tokens_family", "refresh_tokens", ["family_id"], unique=False, schema="commons"
    )
    op.create_table(
        "parts",
        sa.Column("part_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trace_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("plant_key", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("support_name", sa.Text(collation="C"), nullable=True),
        sa.Column("terminated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unit", sa.Text(collation="C"), nullable=True),
        sa.Column("label", sa.Text(collation="C"), nullable=True),
        sa.Column("info1", sa.Text(collation="C"), nullable=True),
        sa.Column("info2", sa.Text(collation="C"), nullable=True),
        sa.Column("info3", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "structure_key",
            sa.BigInteger(),
            nullable=True,
            comment="the structure in force today, null without one",
        ),
        sa.Column("mass_kg_per_unit", sa.Numeric(), nullable=True),
        sa.Column("density_kg_per_liter", sa.Numeric(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_parts_operator_key")
        ),
        sa.ForeignKeyConstraint(["plant_key"], ["commons.plants.plant_key"], name=op.f("fk_parts_plant_key")),
        sa.PrimaryKeyConstraint("part_key", name=op.f("pk_parts")),
        sa.UniqueConstraint("trace_id", name=op.f("uq_parts_trace_id")),
        schema="commons",
        comment="部品. trace_id is given per unique (operator, plant, name, support name); deleted_at is a tombstone.",
    )
    op.create_index(
        "ix_parts_name",
        "parts",
        ["operator_key", "name", "support_name", "trace_id"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_parts_natural",
        "parts",
        ["operator_key", "plant_key", "name", "support_name"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("deleted_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "consents",
        sa.Column("consent_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consent_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("consumer_key", sa.BigInteger(), nullable=False),
        sa.Column("part_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("attributes", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("purpose", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("decided_by", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('granted', 'withdrawn', 'expired')", name=op.f("ck_consents_state")),
        sa.ForeignKeyConstraint(
            ["consumer_key"], ["commons.operators.operator_key"], name=op.f("fk_consents_consumer_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_consents_operator_key")
        ),
        sa.ForeignKeyConstraint(["part_key"], ["commons.parts.part_key"], name=op.f("fk_consents_part_key")),
        sa.PrimaryKeyConstraint("consent_key", name=op.f("pk_consents")),
        sa.UniqueConstraint("consent_id", "version", name=op.f("uq_consents_consent_id_version")),
        schema="commons",
        comment="The provider's decision, in versions. The provider's own rows: the consumer sees deliveries only.",
    )
    op.create_index(
        "uq_consents_current",
        "consents",
        ["operator_key", "part_key", "consumer_key", "kind"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "part_numbers",
        sa.Column("part_number_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("part_key", sa.BigInteger(), nullable=False),
        sa.Column("partner_key", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_part_numbers_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["part_key"], ["commons.parts.part_key"], name=op.f("fk_part_numbers_part_key")
        ),
        sa.ForeignKeyConstraint(
            ["partner_key"], ["commons.operators.operator_key"], name=op.f("fk_part_numbers_partner_key")
        ),
        sa.PrimaryKeyConstraint("part_number_key", name=op.f("pk_part_numbers")),
        schema="commons",
        comment="Own (partner null) and partners' numbers of a part, as this operator remembers them.",
    )
    op.create_index(
        op.f("ix_part_numbers_part_key"), "part_numbers", ["part_key"], unique=False, schema="commons"
    )
    op.create_index(
        "uq_part_numbers",
        "part_numbers",
        ["operator_key", "partner_key", "number", "part_key"],
        unique=True,
        schema="commons",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "structures",
        sa.Column("structure_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("structure_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("part_key", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_structures_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["part_key"], ["commons.parts.part_key"], name=op.f("fk_structures_part_key")
        ),
        sa.PrimaryKeyConstraint("structure_key", name=op.f("pk_structures")),
        sa.UniqueConstraint("part_key", "version", name=op.f("uq_structures_part_key_version")),
        sa.UniqueConstraint("structure_id", name=op.f("uq_structures_structure_id")),
        schema="commons",
        comment="部品構成: immutable versions, in force from a day (設計変更); of the begun ones the latest day holds, then the highest version.",
    )
    op.create_table(
        "trades",
        sa.Column("trade_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trade_id", sa.UUID(), nullable=False),
        sa.Column("downstream_key", sa.BigInteger(), nullable=False),
        sa.Column("upstream_key", sa.BigInteger(), nullable=False),
        sa.Column("downstream_part_key", sa.BigInteger(), nullable=False),
        sa.Column("downstream_trace_id", sa.UUID(), nullable=False),
        sa.Column("upstream_part_key", sa.BigInteger(), nullable=True),
        sa.Column("upstream_trace_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["downstream_key"], ["commons.operators.operator_key"], name=op.f("fk_trades_downstream_key")
        ),
        sa.ForeignKeyConstraint(
            ["downstream_part_key"], ["commons.parts.part_key"], name=op.f("fk_trades_downstream_part_key")
        ),
        sa.ForeignKeyConstraint(
            ["upstream_key"], ["commons.operators.operator_key"], name=op.f("fk_trades_upstream_key")
        ),
        sa.ForeignKeyConstraint(
            ["upstream_part_key"], ["commons.parts.part_key"], name=op.f("fk_trades_upstream_part_key")
        ),
        sa.PrimaryKeyConstraint("trade_key", name=op.f("pk_trades")),
        sa.UniqueConstraint("trade_id", name=op.f("uq_trades_trade_id")),
        schema="commons",
        comment="取引関係: the customer's bought part (downstream) and the supplier's own part (upstream, null until linked).",
    )
    op.create_index(
        "ix_trades_downstream",
        "trades",
        ["downstream_key", "downstream_trace_id"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "ix_trades_downstream_part",
        "trades",
        ["downstream_part_key"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "ix_trades_upstream",
        "trades",
        ["upstream_key", "created_at"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "ix_trades_upstream_part",
        "trades",
        ["upstream_part_key"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("provider_key", sa.BigInteger(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=True),
        sa.Column("statement_version", sa.Integer(), nullable=True),
        sa.Column("consent_id", sa.UUID(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_deliveries_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["provider_key"], ["commons.operators.operator_key"], name=op.f("fk_deliveries_provider_key")
        ),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_deliveries_trade_key")
        ),
        sa.PrimaryKeyConstraint("delivery_key", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_deliveries_delivery_id")),
        schema="commons",
        comment="The consumer's inbox (operator_key is the consumer). Immutable; the newest row of a trade and kind holds; withdrawn rows are tombstones.",
    )
    op.create_index(
        "ix_deliveries_inbox",
        "deliveries",
        ["operator_key", "trade_key", "kind", sa.literal_column("delivery_key DESC")],
        unique=False,
        schema="commons",
    )
    op.create_index(
        "ix_deliveries_consent", "deliveries", ["consent_id", "trade_key"], unique=False, schema="commons"
    )
    op.create_table(
        "requests",
        sa.Column("request_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False),
        sa.Column("downstream_key", sa.BigInteger(), nullable=False),
        sa.Column("upstream_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(collation="C"), server_default="NOT_COMPLETED", nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("message", sa.Text(collation="C"), nullable=True),
        sa.Column("reply_message", sa.Text(collation="C"), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("customer_part", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tree_terminated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("completed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("completed_count_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trades_count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("trades_count_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review", sa.Text(collation="C"), nullable=True),
        sa.Column("review_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("review IN ('accepted', 'queried', 'returned')", name=op.f("ck_requests_review")),
        sa.CheckConstraint(
            "state IN ('NOT_COMPLETED', 'COMPLETED', 'REJECT', 'CANCEL')", name=op.f("ck_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["downstream_key"], ["commons.operators.operator_key"], name=op.f("fk_requests_downstream_key")
        ),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_requests_trade_key")
        ),
        sa.ForeignKeyConstraint(
            ["upstream_key"], ["commons.operators.operator_key"], name=op.f("fk_requests_upstream_key")
        ),
        sa.PrimaryKeyConstraint("request_key", name=op.f("pk_requests")),
        sa.UniqueConstraint("request_id", name=op.f("uq_requests_request_id")),
        sa.UniqueConstraint(
            "trade_key",
            "kind",
            "period_from",
            "period_to",
            name=op.f("uq_requests_trade_key_kind_period_from_period_to"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="commons",
        comment="依頼. customer_part is the copy of the customer's part the supplier may see; the counters are the chain's.",
    )
    op.create_index(
        "ix_requests_downstream",
        "requests",
        ["downstream_key", "created_at", "request_key"],
        unique=False,
        schema="commons",
    )
    op.create_index(
        "ix_requests_upstream",
        "requests",
        ["upstream_key", "created_at", "request_key"],
        unique=False,
        schema="commons",
    )
    op.create_table(
        "structure_lines",
        sa.Column("structure_key", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("child_key", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(collation="C"), nullable=False),
        sa.Column("base_quantity", sa.Numeric(), nullable=False),
        sa.Column("sourcing", sa.Text(collation="C"), nullable=False),
        sa.Column("counted_by", sa.Text(collation="C"), server_default="customer", nullable=False),
        sa.Column("phantom", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("alternative_group", sa.Text(collation="C"), nullable=True),
        sa.Column("usage_share", sa.Numeric(), nullable=True),
        sa.CheckConstraint(
            "counted_by IN ('customer', 'supplier')", name=op.f("ck_structure_lines_counted_by")
        ),
        sa.CheckConstraint(
            "sourcing IN ('made', 'bought', 'consigned_free', 'consigned_paid')",
            name=op.f("ck_structure_lines_sourcing"),
        ),
        sa.CheckConstraint("amount >= 0 AND base_quantity > 0", name=op.f("ck_structure_lines_amount")),
        sa.ForeignKeyConstraint(
            ["child_key"], ["commons.parts.part_key"], name=op.f("fk_structure_lines_child_key")
        ),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_structure_lines_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["structure_key"],
            ["commons.structures.structure_key"],
            name=op.f("fk_structure_lines_structure_key"),
        ),
        sa.PrimaryKeyConstraint("structure_key", "position", name=op.f("pk_structure_lines")),
        schema="commons",
        comment="amount of the child (in unit) per base_quantity parents.",
    )
    op.create_index(
        op.f("ix_structure_lines_child_key"), "structure_lines", ["child_key"], unique=False, schema="commons"
    )
    op.create_table(
        "trade_shares",
        sa.Column("trade_share_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("share", sa.Numeric(), nullable=False),
        sa.Column("purchased_quantity", sa.Numeric(), nullable=True),
        sa.Column("quantity_unit", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_trade_shares_share")),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_trade_shares_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_trade_shares_trade_key")
        ),
        sa.PrimaryKeyConstraint("trade_share_key", name=op.f("pk_trade_shares")),
        schema="commons",
        comment="The customer's own split of a bought part over its trades, per period; the supplier never sees it.",
    )
    op.create_index(
        op.f("ix_trade_shares_trade_key"), "trade_shares", ["trade_key"], unique=False, schema="commons"
    )
    op.create_table(
        "notifications",
        sa.Column("notification_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("notification_id", sa.UUID(), nullable=False),
        sa.Column("operator_key", sa.BigInteger(), nullable=False),
        sa.Column("sender_key", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(collation="C"), nullable=False),
        sa.Column("trade_key", sa.BigInteger(), nullable=True),
        sa.Column("request_key", sa.BigInteger(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_key"], ["commons.operators.operator_key"], name=op.f("fk_notifications_operator_key")
        ),
        sa.ForeignKeyConstraint(
            ["request_key"], ["commons.requests.request_key"], name=op.f("fk_notifications_request_key")
        ),
        sa.ForeignKeyConstraint(
            ["sender_key"], ["commons.operators.operator_key"], name=op.f("fk_notifications_sender_key")
        ),
        sa.ForeignKeyConstraint(
            ["trade_key"], ["commons.trades.trade_key"], name=op.f("fk_notifications_trade_key")
        ),
        sa.PrimaryKeyConstraint("notification_key", name=op.f("pk_notifications")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_notifications_notification_id")),
        schema="commons",
        comment="What happened that this operator (operator_key) should know, and who caused it.",
    )
    op.create_index(
        "ix_notifications_inbox",
        "notifications",
        ["operator_key", "notification_key"],
        unique=False,
        schema="commons",
    )
    op.create_table(
        "request_messages",
        sa.Column("request_message_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_key", sa.BigInteger(), nullable=False),
        sa.Column("downstream_key", sa.BigInteger(), nullable=False),
        sa.Column("upstream_key", sa.BigInteger(), nullable=False),
        sa.Column("sender_key", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("text", sa.Text(collation="C"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('message', 'reply', 'reject', 'query', 'return', 'accept')",
            name=op.f("ck_request_messages_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["downstream_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_request_messages_downstream_key"),
        ),
        sa.ForeignKeyConstraint(
            ["request_key"], ["commons.requests.request_key"], name=op.f("fk_request_messages_request_key")
        ),
        sa.ForeignKeyConstraint(
            ["sender_key"], ["commons.operators.operator_key"], name=op.f("fk_request_messages_sender_key")
        ),
        sa.ForeignKeyConstraint(
            ["upstream_key"],
            ["commons.operators.operator_key"],
            name=op.f("fk_request_messages_upstream_key"),
        ),
        sa.PrimaryKeyConstraint("request_message_key", name=op.f("pk_request_messages")),
        schema="commons",
        comment="Every word said under a request, by whom and when.",
    )
    op.create_index(
        op.f("ix_request_messages_request_key"),
        "request_messages",
        ["request_key"],
        unique=False,
        schema="commons",
    )
    _run("commons_0001_security.sql")
    _run("commons_0001_access.sql")
    _run("commons_0001_views.sql")
    _run("commons_0001_engine.sql")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")


def _run(name: str) -> None:
    """Run a file of SQL as it stands: no parameters, no percent escapes."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((_SQL / name).read_text(encoding="utf-8"))

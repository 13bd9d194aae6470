"""Verification: engagements, the copy a verifier opens, who opened it, findings, conclusions."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "footprint_0007_engagements"
down_revision = "footprint_0006_evidence"
branch_labels = None
depends_on = None

_C = sa.Text(collation="C")
_NOW = sa.DateTime(timezone=True)


def _key(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, comment=f"commons.{target}")


def upgrade() -> None:
    op.create_table(
        "engagements",
        sa.Column("engagement_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("engagement_id", sa.UUID(), nullable=False),
        _key("operator_key", "operators"),
        _key("verifier_key", "operators"),
        sa.Column("declaration_key", sa.BigInteger(), nullable=False),
        sa.Column("declaration_id", sa.UUID(), nullable=False),
        sa.Column("trace_id", sa.UUID(), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evidence_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("copy_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("message", _C, nullable=True),
        sa.Column("state", _C, server_default="offered", nullable=False),
        sa.Column("valid_until", _NOW, nullable=False),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.Column("decided_at", _NOW, nullable=True),
        sa.Column("ended_at", _NOW, nullable=True),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'ended', 'concluded')",
            name=op.f("ck_engagements_state"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_key"],
            ["footprint.declarations.declaration_key"],
            name=op.f("fk_engagements_declaration_key"),
        ),
        sa.PrimaryKeyConstraint("engagement_key", name=op.f("pk_engagements")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_engagements_engagement_id")),
        schema="footprint",
        comment="検証契約: a verifier may look at one declaration for a while.",
    )
    op.create_table(
        "engagement_evidence",
        sa.Column("engagement_key", sa.BigInteger(), autoincrement=False, nullable=False),
        _key("operator_key", "operators"),
        _key("verifier_key", "operators"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_key"],
            ["footprint.engagements.engagement_key"],
            name=op.f("fk_engagement_evidence_engagement_key"),
        ),
        sa.PrimaryKeyConstraint("engagement_key", name=op.f("pk_engagement_evidence")),
        schema="footprint",
        comment="What a verifier may open: the evidence without what suppliers delivered.",
    )
    op.create_table(
        "engagement_reads",
        sa.Column("read_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("engagement_key", sa.BigInteger(), nullable=False),
        _key("operator_key", "operators"),
        _key("verifier_key", "operators"),
        sa.Column("what", _C, nullable=False),
        sa.Column("door", _C, nullable=False),
        sa.Column("reader", _C, nullable=False),
        sa.Column("read_at", _NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_key"],
            ["footprint.engagements.engagement_key"],
            name=op.f("fk_engagement_reads_engagement_key"),
        ),
        sa.PrimaryKeyConstraint("read_key", name=op.f("pk_engagement_reads")),
        schema="footprint",
        comment="Each time a verifier opened something.",
    )
    op.create_table(
        "findings",
        sa.Column("finding_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("finding_id", sa.UUID(), nullable=False),
        sa.Column("engagement_key", sa.BigInteger(), nullable=False),
        _key("operator_key", "operators"),
        _key("verifier_key", "operators"),
        sa.Column("kind", _C, nullable=False),
        sa.Column("pointer", _C, nullable=False),
        sa.Column("text", _C, nullable=False),
        sa.Column("state", _C, server_default="open", nullable=False),
        sa.Column("reply", _C, nullable=True),
        sa.Column("created_by", _C, nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.Column("replied_at", _NOW, nullable=True),
        sa.Column("closed_at", _NOW, nullable=True),
        sa.CheckConstraint(
            "kind IN ('question', 'observation', 'nonconformity')", name=op.f("ck_findings_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f("ck_findings_state")),
        sa.ForeignKeyConstraint(
            ["engagement_key"],
            ["footprint.engagements.engagement_key"],
            name=op.f("fk_findings_engagement_key"),
        ),
        sa.PrimaryKeyConstraint("finding_key", name=op.f("pk_findings")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_findings_finding_id")),
        schema="footprint",
        comment="指摘事項: what a verifier found, and what the declarant answered.",
    )
    op.create_table(
        "verifications",
        sa.Column("verification_key", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("verification_id", sa.UUID(), nullable=False),
        sa.Column("engagement_key", sa.BigInteger(), nullable=False),
        _key("operator_key", "operators"),
        _key("verifier_key", "operators"),
        sa.Column("declaration_id", sa.UUID(), nullable=False),
        sa.Column("trace_id", sa.UUID(), nullable=False),
        sa.Column("statement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evidence_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", _C, nullable=False),
        sa.Column("assurance", _C, nullable=False),
        sa.Column("standard", _C, nullable=False),
        sa.Column("scope", _C, nullable=False),
        sa.Column("accreditation", _C, nullable=False),
        sa.Column("opinion", _C, nullable=False),
        sa.Column("concluded_by", _C, nullable=False),
        sa.Column("concluded_at", _NOW, nullable=False),
        sa.CheckConstraint("verdict IN ('verified', 'rejected')", name=op.f("ck_verifications_verdict")),
        sa.CheckConstraint("assurance IN ('limited', 'reasonable')", name=op.f("ck_verifications_assurance")),
        sa.ForeignKeyConstraint(
            ["engagement_key"],
            ["footprint.engagements.engagement_key"],
            name=op.f("fk_verifications_engagement_key"),
        ),
        sa.PrimaryKeyConstraint("verification_key", name=op.f("pk_verifications")),
        sa.UniqueConstraint("engagement_key", name=op.f("uq_verifications_engagement_key")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_verifications_verification_id")),
        schema="footprint",
        comment="検証結果: a verifier's word on one version and its evidence; immutable.",
    )
    for table in ("engagements", "engagement_evidence", "engagement_reads", "findings", "verifications"):
        for column in ("operator_key", "verifier_key"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False, schema="footprint")
            op.execute(
                f"ALTER TABLE footprint.{table} ADD FOREIGN KEY ({column}) REFERENCES commons.operators"
            )
    for table in ("engagement_reads", "findings"):
        op.create_index(
            op.f(f"ix_{table}_engagement_key"), table, ["engagement_key"], unique=False, schema="footprint"
        )
    for table in ("engagements", "verifications"):
        op.create_index(
            op.f(f"ix_{table}_declaration_id"), table, ["declaration_id"], unique=False, schema="footprint"
        )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")

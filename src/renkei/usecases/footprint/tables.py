"""Tables of the use case CFP (PostgreSQL schema `footprint`). Every row belongs to one operator but `proposals`."""

from __future__ import annotations

import sqlalchemy as sa

from renkei.commons.metadata import NAMES
from renkei.database.columns import day, document, flag, key, moment, number, public_id, text, uuid, whole

metadata = sa.MetaData(schema="footprint", naming_convention=NAMES)


def _refers(name: str, target: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    """A reference into `commons`, declared in the migration: the two schemas are separate Alembic branches."""
    return sa.Column(name, sa.BigInteger, nullable=nullable, index=index, comment=f"commons.{target}")


statements = sa.Table(
    "statements",
    metadata,
    key("statement_key"),
    public_id("statement_id"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts"),
    _refers("trade_key", "trades", nullable=True),
    uuid("cfp_id"),
    whole("version"),
    text("declared_unit"),
    text("component_scope"),
    document("declared"),
    document("in_force"),
    document("quality"),
    document("method"),
    number("coverage_direct", nullable=False),
    number("coverage_deep", nullable=False),
    sa.Column("structure_key", sa.BigInteger),
    day("period_from"),
    day("period_to"),
    document("causes"),
    flag("automatic"),
    text("created_by"),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.Index(
        "uq_statements_current",
        "part_key",
        "trade_key",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index(
        "uq_statements_version",
        "part_key",
        "trade_key",
        "version",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index("ix_statements_operator", "operator_key", "statement_key"),
    sa.CheckConstraint("component_scope IN ('rest', 'whole')", name="component_scope"),
    comment="排出量: immutable versions. declared = what the owner said; in_force = with the known lines added.",
)

estimates = sa.Table(
    "estimates",
    metadata,
    key("estimate_key"),
    public_id("estimate_id"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts", index=True),
    _refers("trade_key", "trades", nullable=True),
    text("declared_unit"),
    document("stages"),
    document("quality"),
    text("source"),
    text("created_by"),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.Index(
        "uq_estimates_current",
        "part_key",
        "trade_key",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    comment="The buyer's own estimate for a bought part (or one trade's share of it): secondary.",
)

proposals = sa.Table(
    "proposals",
    metadata,
    key("proposal_key"),
    public_id("proposal_id"),
    _refers("trade_key", "trades", index=True),
    _refers("downstream_key", "operators", index=True),
    _refers("upstream_key", "operators", index=True),
    text("declared_unit"),
    document("stages"),
    document("quality"),
    text("state", default="unconfirmed"),
    moment("created_at"),
    moment("decided_at", nullable=True),
    sa.CheckConstraint("state IN ('unconfirmed', 'confirmed', 'replaced')", name="state"),
    comment="A value the buyer entered on behalf of a company that was not a member; that company confirms or replaces it.",
)

certificates = sa.Table(
    "certificates",
    metadata,
    key("certificate_key"),
    public_id("certificate_id"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts"),
    text("description", nullable=True),
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    sa.Index("uq_certificates_part", "part_key", unique=True, postgresql_where=sa.text("deleted_at IS NULL")),
    comment="CFP証明書 of a part: at most one at a time.",
)

certificate_files = sa.Table(
    "certificate_files",
    metadata,
    sa.Column(
        "certificate_key",
        sa.BigInteger,
        sa.ForeignKey("footprint.certificates.certificate_key"),
        primary_key=True,
    ),
    sa.Column("file_key", sa.BigInteger, primary_key=True, comment="commons.files"),
    sa.Column("operator_key", sa.BigInteger, nullable=False),
    whole("position"),
    text("name"),
    uuid("file_id"),
)

update_policies = sa.Table(
    "update_policies",
    metadata,
    key("policy_key"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts"),
    text("mode"),
    number("threshold"),
    whole("first_month"),
    text("created_by"),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.Index(
        "uq_update_policies_current",
        "part_key",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    ),
    sa.CheckConstraint("mode IN ('at_once', 'monthly', 'yearly', 'threshold', 'review')", name="mode"),
    comment="How a part follows what it stands on, in versions; without a row: at once.",
)

unsettled = sa.Table(
    "unsettled",
    metadata,
    sa.Column("trade_key", sa.BigInteger, primary_key=True, autoincrement=False, comment="commons.trades"),
    _refers("operator_key", "operators"),
    moment("since"),
    sa.Index(None, "operator_key"),
    comment="A buyer's trades whose answers come back to themselves without settling: they add nothing meanwhile.",
)

updates = sa.Table(
    "updates",
    metadata,
    key("update_key"),
    public_id("update_id"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts"),
    _refers("trade_key", "trades", nullable=True),
    uuid("base_statement_id"),
    text("mode"),
    document("in_force"),
    number("coverage_direct", nullable=False),
    number("coverage_deep", nullable=False),
    sa.Column("structure_key", sa.BigInteger),
    document("causes"),
    day("due"),
    text("state", default="waiting"),
    moment("created_at"),
    moment("decided_at", nullable=True),
    text("decided_by", nullable=True),
    sa.Index(
        "uq_updates_waiting",
        "part_key",
        "trade_key",
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index("ix_updates_part", "operator_key", "part_key", sa.text("update_key DESC")),
    sa.Index("ix_updates_due", "due", postgresql_where=sa.text("state = 'waiting' AND due IS NOT NULL")),
    sa.CheckConstraint("state IN ('waiting', 'published', 'refused', 'superseded')", name="state"),
    comment="Values that were calculated and wait to be published; one waits per part (and trade) at a time.",
)

declarations = sa.Table(
    "declarations",
    metadata,
    key("declaration_key"),
    public_id("declaration_id"),
    _refers("operator_key", "operators"),
    _refers("part_key", "parts", index=True),
    sa.Column(
        "statement_key", sa.BigInteger, sa.ForeignKey("footprint.statements.statement_key"), nullable=False
    ),
    uuid("trace_id"),
    uuid("plant_id"),
    text("rule_set"),
    day("period_from", nullable=False),
    day("period_to", nullable=False),
    text("reference", nullable=True),
    text("filed_by"),
    moment("filed_at"),
    sa.Index("ix_declarations_operator", "operator_key", "declaration_key"),
    comment="宣言: a filed document, immutable; it pins one version of one part's footprint.",
)

declaration_evidence = sa.Table(
    "declaration_evidence",
    metadata,
    sa.Column(
        "declaration_key",
        sa.BigInteger,
        sa.ForeignKey("footprint.declarations.declaration_key"),
        primary_key=True,
        autoincrement=False,
    ),
    _refers("operator_key", "operators", index=True),
    uuid("declaration_id"),
    uuid("check_id"),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("sha256", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("declaration_id"),
    sa.UniqueConstraint("check_id"),
    comment="What a declaration stands on, frozen when it was filed; the ledger holds its SHA-256.",
)


def _parties() -> tuple[sa.Column[int], sa.Column[int]]:
    return _refers("operator_key", "operators", index=True), _refers("verifier_key", "operators", index=True)


def _of_engagement(*, primary: bool = False) -> sa.Column[int]:
    return sa.Column(
        "engagement_key",
        sa.BigInteger,
        sa.ForeignKey("footprint.engagements.engagement_key"),
        primary_key=primary,
        autoincrement=False,
        nullable=False,
    )


engagements = sa.Table(
    "engagements",
    metadata,
    key("engagement_key"),
    public_id("engagement_id"),
    *_parties(),
    sa.Column(
        "declaration_key",
        sa.BigInteger,
        sa.ForeignKey("footprint.declarations.declaration_key"),
        nullable=False,
    ),
    sa.Column("declaration_id", sa.UUID, nullable=False, index=True),
    uuid("trace_id"),
    uuid("statement_id"),
    whole("version"),
    sa.Column("evidence_sha256", sa.LargeBinary, nullable=False),
    sa.Column("copy_sha256", sa.LargeBinary, nullable=False),
    text("message", nullable=True),
    text("state", default="offered"),
    moment("valid_until"),
    text("created_by"),
    moment("created_at"),
    moment("decided_at", nullable=True),
    moment("ended_at", nullable=True),
    sa.CheckConstraint("state IN ('offered', 'accepted', 'declined', 'ended', 'concluded')", name="state"),
    comment="検証契約: a verifier may look at one declaration for a while.",
)

engagement_evidence = sa.Table(
    "engagement_evidence",
    metadata,
    _of_engagement(primary=True),
    *_parties(),
    sa.Column("content", sa.LargeBinary, nullable=False),
    comment="What a verifier may open: the evidence without what suppliers delivered.",
)

engagement_reads = sa.Table(
    "engagement_reads",
    metadata,
    key("read_key"),
    _of_engagement(),
    *_parties(),
    text("what"),
    text("door"),
    text("reader"),
    moment("read_at"),
    sa.Index("ix_engagement_reads_engagement_key", "engagement_key"),
    comment="Each time a verifier opened something.",
)

findings = sa.Table(
    "findings",
    metadata,
    key("finding_key"),
    public_id("finding_id"),
    _of_engagement(),
    *_parties(),
    text("kind"),
    text("pointer"),
    text("text"),
    text("state", default="open"),
    text("reply", nullable=True),
    text("created_by"),
    moment("created_at"),
    moment("replied_at", nullable=True),
    moment("closed_at", nullable=True),
    sa.CheckConstraint("kind IN ('question', 'observation', 'nonconformity')", name="kind"),
    sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name="state"),
    sa.Index("ix_findings_engagement_key", "engagement_key"),
    comment="指摘事項: what a verifier found, and what the declarant answered.",
)

verifications = sa.Table(
    "verifications",
    metadata,
    key("verification_key"),
    public_id("verification_id"),
    _of_engagement(),
    *_parties(),
    sa.Column("declaration_id", sa.UUID, nullable=False, index=True),
    uuid("trace_id"),
    uuid("statement_id"),
    whole("version"),
    sa.Column("evidence_sha256", sa.LargeBinary, nullable=False),
    text("verdict"),
    text("assurance"),
    text("standard"),
    text("scope"),
    text("accreditation"),
    text("opinion"),
    text("concluded_by"),
    moment("concluded_at"),
    sa.CheckConstraint("verdict IN ('verified', 'rejected')", name="verdict"),
    sa.CheckConstraint("assurance IN ('limited', 'reasonable')", name="assurance"),
    sa.UniqueConstraint("engagement_key"),
    comment="検証結果: a verifier's word on one version and its evidence; immutable.",
)

factor_sets = sa.Table(
    "factor_sets",
    metadata,
    key("set_key"),
    _refers("operator_key", "operators"),
    text("name"),
    text("version"),
    text("title_en"),
    text("title_ja"),
    text("source"),
    text("licence"),
    text("attribution"),
    text("gwp_set"),
    day("period_from", nullable=False),
    day("period_to", nullable=False),
    text("note"),
    whole("factors"),
    text("created_by"),
    moment("created_at"),
    flag("restricted"),
    _refers("lent_by_key", "operators", nullable=True, index=True),
    uuid("loan_id", nullable=True),
    day("valid_until"),
    moment("ended_at", nullable=True),
    sa.UniqueConstraint("operator_key", "name", "version"),
    sa.UniqueConstraint("loan_id"),
    comment="A company's own sets of emission factors; a version never changes. The platform's are files.",
)

factor_seats = sa.Table(
    "factor_seats",
    metadata,
    key("seat_key"),
    public_id("seat_id"),
    _refers("operator_key", "operators", index=True),
    text("name"),
    text("licence_number"),
    uuid("account_id"),
    day("valid_from", nullable=False),
    day("valid_until", nullable=False),
    text("created_by"),
    moment("created_at"),
    moment("ended_at", nullable=True),
    comment="A person who may see and use the numbers of a licensed set.",
)

factor_uses = sa.Table(
    "factor_uses",
    metadata,
    key("use_key"),
    _refers("operator_key", "operators", index=True),
    text("name"),
    text("version"),
    uuid("account_id"),
    text("what"),
    moment("first_at"),
    moment("last_at"),
    whole("times"),
    comment="How often a person read or calculated with numbers of a licensed set.",
)

factors = sa.Table(
    "factors",
    metadata,
    key("factor_key"),
    sa.Column("set_key", sa.BigInteger, sa.ForeignKey("footprint.factor_sets.set_key"), nullable=False),
    _refers("operator_key", "operators", index=True),
    text("factor_id"),
    text("name_en"),
    text("name_ja"),
    text("kind"),
    text("scope"),
    text("mix", nullable=True),
    number("value", nullable=False),
    text("unit"),
    text("region"),
    whole("year", nullable=True),
    whole("price_year", nullable=True),
    text("family"),
    text("upstream", nullable=True),
    number("energy_mj_per_unit"),
    text("proxy_of"),
    text("tags"),
    text("note"),
    text("search"),
    _refers("lent_by_key", "operators", nullable=True),
    text("gwp_set", nullable=True),
    sa.UniqueConstraint("set_key", "factor_id"),
    comment="排出係数: kgCO2e per unit.",
)

renewal_reminders = sa.Table(
    "renewal_reminders",
    metadata,
    sa.Column("part_key", sa.BigInteger, primary_key=True, autoincrement=False, comment="commons.parts"),
    _refers("operator_key", "operators", index=True),
    day("period_to", nullable=False),
    moment("told_at"),
    comment="Of which value of an own part (by the end of its period) its owner was told that it is due for renewal.",
)

sheets = sa.Table(
    "sheets",
    metadata,
    key("sheet_key"),
    uuid("sheet_id"),
    whole("version"),
    _refers("operator_key", "operators", index=True),
    _refers("part_key", "parts"),
    _refers("trade_key", "trades", nullable=True),
    day("period_from", nullable=False),
    day("period_to", nullable=False),
    document("content"),
    document("result"),
    uuid("statement_id", nullable=True),
    text("created_by"),
    moment("created_at"),
    moment("superseded_at", nullable=True),
    sa.UniqueConstraint("sheet_id", "version"),
    sa.Index(
        "uq_sheets_current",
        "part_key",
        "trade_key",
        "period_from",
        "period_to",
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    comment="算定シート: activity data of a part and period in versions, each with its result and its statement.",
)

"""A merged company has a successor, whose people act for it; the platform counts what each company uses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0020"
down_revision = "commons_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_operators_successor"),
        "operators",
        "(state = 'merged') = (successor_key IS NOT NULL)",
        schema="commons",
    )
    op.execute(
        "CREATE OR REPLACE VIEW commons.directory WITH (security_invoker = true) AS "
        "SELECT operator_key, operator_id, state, successor_key FROM commons.operators"
    )
    # The function as it is, but for the states of a company that is acted for.
    connection = op.get_bind()
    written: str = connection.execute(
        sa.text(
            "SELECT pg_get_functiondef('commons.enter(bytea, inet, uuid, uuid, timestamptz)'::regprocedure)"
        )
    ).scalar_one()
    former, now = "operator_state = 'member'", "operator_state IN ('member', 'merged')"
    assert former in written
    op.execute(written.replace(former, now))
    # Usage: the engine counts parts and requests; it sees keys, states and days, no value.
    op.execute("GRANT SELECT ON commons.part_counts TO renkei_engine")
    op.execute(
        "GRANT SELECT (downstream_key, upstream_key, state, created_at) ON commons.requests TO renkei_engine"
    )
    for table in ("part_counts", "requests"):
        # guard: the policy is for the engine, which counts those of all
        op.execute(f"CREATE POLICY usage ON commons.{table} FOR SELECT TO renkei_engine USING (true)")


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")

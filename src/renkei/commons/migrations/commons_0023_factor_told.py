"""The entry tells whether a person has a second factor: as the word `second_factor` behind its roles.

Among the roles and not beside them, so that the function returns what it did, and statements that the previous release has
prepared go on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "commons_0023"
down_revision = "commons_0022"
branch_labels = None
depends_on = None

_END = "  RETURN NEXT;"
_TOLD = """\
  IF coalesce(cardinality(roles), 0) > 0 AND EXISTS (
       SELECT FROM commons.second_factors f WHERE f.account_key = v_account AND f.confirmed_at IS NOT NULL) THEN
    roles := roles || 'second_factor'::text;
  END IF;
"""


def upgrade() -> None:
    written: str = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT pg_get_functiondef('commons.enter(bytea, inet, uuid, uuid, timestamptz)'::regprocedure)"
            )
        )
        .scalar_one()
    )
    assert written.count(_END) == 1
    op.execute(written.replace(_END, _TOLD + _END))


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")

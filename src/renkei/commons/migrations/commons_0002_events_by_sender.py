"""What came after the first release: the newest event of a company is found at once, and bulk registration may number.

Kept graphs are checked against a company's newest event with every read.
"""

from __future__ import annotations

from alembic import op

revision = "commons_0002"
down_revision = "commons_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_sender", "events", ["sender_key", "event_key"], unique=False, schema="commons")
    # A bulk registration numbers parts and structures, which refer to each other, before it inserts them.
    op.execute(
        "GRANT USAGE ON SEQUENCE commons.parts_part_key_seq, commons.structures_structure_key_seq TO renkei_app"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")

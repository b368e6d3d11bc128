"""Archives of somebody's data, accounts on their way out, and addresses that have had their welcome.

Nothing here makes SQLite build a table anew: dropping the old `users` would take along what refers to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATES = "state IN ('queued', 'making', 'ready', 'failed', 'gone')"
LIVE = sa.text("state IN ('queued', 'making')")
LEAVING = sa.text("erase_at IS NOT NULL")


def upgrade() -> None:
    """Let people take along what is theirs, and leave."""
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=32), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.CheckConstraint(STATES, name="ck_exports_state"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exports_user_id_asked_at", "exports", ["user_id", "asked_at"])
    only_live = {"postgresql_where": LIVE, "sqlite_where": LIVE}
    op.create_index("uq_exports_live", "exports", ["user_id"], unique=True, **only_live)
    op.create_index("ix_exports_due", "exports", ["look_at"], **only_live)

    op.create_table(
        "gone_addresses",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash"),
    )
    op.create_index("ix_gone_addresses_gone_at", "gone_addresses", ["gone_at"])

    op.add_column("users", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    leaving = {"postgresql_where": LEAVING, "sqlite_where": LEAVING}
    op.create_index("ix_users_erase_at", "users", ["erase_at"], **leaving)


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_users_erase_at", "users")
    op.execute("ALTER TABLE users DROP COLUMN erased_at")
    op.execute("ALTER TABLE users DROP COLUMN erase_at")
    op.drop_index("ix_gone_addresses_gone_at", "gone_addresses")
    op.drop_table("gone_addresses")
    op.drop_index("ix_exports_due", "exports")
    op.drop_index("uq_exports_live", "exports")
    op.drop_index("ix_exports_user_id_asked_at", "exports")
    op.drop_table("exports")

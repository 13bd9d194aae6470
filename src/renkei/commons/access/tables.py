"""Tables of accounts, roles, applications and keys: the platform's own, reached only through functions of the owner."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import CIDR, INET, JSONB

from renkei.commons.metadata import metadata
from renkei.database.columns import flag, key, moment, public_id, refers, text, uuid, whole

accounts = sa.Table(
    "accounts",
    metadata,
    key("account_key"),
    public_id("account_id"),
    sa.Column("email", sa.Text(collation="C"), nullable=False, unique=True, comment="lower case"),
    text("password_hash", nullable=True),
    flag("staff"),
    text("state", default="active"),
    whole("failed_logins", default=0),
    moment("locked_until", nullable=True),
    moment("password_changed_at"),
    moment("created_at"),
    sa.CheckConstraint("state IN ('active', 'disabled')", name="state"),
    comment="利用者, a person. failed_logins counts since the last success.",
)

memberships = sa.Table(
    "memberships",
    metadata,
    key("membership_key"),
    refers("account_key", "commons.accounts.account_key"),
    refers("operator_key", "commons.operators.operator_key", index=True),
    text("role"),
    text("mandate", nullable=True),
    moment("valid_until", nullable=True),
    moment("granted_at"),
    moment("revoked_at", nullable=True),
    sa.UniqueConstraint("account_key", "operator_key", "role"),
    sa.CheckConstraint("role IN ('admin', 'editor', 'approver', 'viewer')", name="role"),
    comment="A role of a person in one operator; mandate names the consultant's contract, valid_until its end.",
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    key("api_key_key"),
    public_id("api_key_id"),
    text("application_name"),
    text("attribute"),
    sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True, comment="HMAC-SHA256 of the key"),
    flag("all_operators"),
    text("component_scope", default="rest"),
    text("state", default="active"),
    moment("created_at"),
    sa.CheckConstraint("attribute IN ('Application', 'DataSpace', 'Traceability')", name="attribute"),
    sa.CheckConstraint("component_scope IN ('rest', 'whole')", name="component_scope"),
    sa.CheckConstraint("state IN ('active', 'disabled', 'revoked')", name="state"),
    comment="アプリケーション: an application allowed in.",
)

api_key_networks = sa.Table(
    "api_key_networks",
    metadata,
    refers("api_key_key", "commons.api_keys.api_key_key", primary_key=True),
    sa.Column("network", CIDR, primary_key=True),
)

api_key_operators = sa.Table(
    "api_key_operators",
    metadata,
    refers("api_key_key", "commons.api_keys.api_key_key", primary_key=True),
    refers("operator_key", "commons.operators.operator_key", primary_key=True),
)

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("key_id", sa.Text(collation="C"), primary_key=True),
    sa.Column("private_key", sa.LargeBinary, nullable=False, comment="encrypted with the master key"),
    sa.Column("public_jwk", JSONB, nullable=False),
    moment("created_at"),
    moment("retired_at", nullable=True),
    comment="Keys of access tokens; the newest signs, all not past their grace period verify.",
)

sealed_secrets = sa.Table(
    "sealed_secrets",
    metadata,
    sa.Column("name", sa.Text(collation="C"), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    moment("created_at"),
    comment="Secrets of the installation that must outlive a rotation of the master key, encrypted with it.",
)

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    uuid("family_id"),
    refers("account_key", "commons.accounts.account_key"),
    refers("operator_key", "commons.operators.operator_key", nullable=True),
    text("kind"),
    moment("issued_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
    sa.Index("ix_refresh_tokens_family", "family_id"),
    sa.CheckConstraint("kind IN ('rotating', 'ouranos')", name="kind"),
    comment="Hashed; `rotating` is good once (a second use revokes the family), `ouranos` until it expires or is revoked.",
)

account_invitations = sa.Table(
    "account_invitations",
    metadata,
    key("invitation_key"),
    public_id("invitation_id"),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    refers("operator_key", "commons.operators.operator_key", index=True),
    text("email", nullable=True),
    text("role"),
    text("mandate", nullable=True),
    moment("valid_until", nullable=True),
    text("invited_by"),
    moment("created_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    sa.CheckConstraint("role IN ('admin', 'editor', 'approver', 'viewer')", name="role"),
    comment="A link that gives a role once. Ended when it was used, replaced or withdrawn.",
)

registrations = sa.Table(
    "registrations",
    metadata,
    key("registration_key"),
    public_id("registration_id"),
    refers("operator_key", "commons.operators.operator_key"),
    refers("account_key", "commons.accounts.account_key"),
    text("name"),
    text("address"),
    text("country"),
    text("open_operator_id"),
    moment("stated_at"),
    moment("decided_at", nullable=True),
    text("decided_by", nullable=True),
    text("outcome", nullable=True),
    sa.CheckConstraint("outcome IN ('approved', 'refused')", name="outcome"),
    comment="An invited company that asks to become a member, until the platform's staff decides.",
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    refers("account_key", "commons.accounts.account_key", primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    moment("created_at"),
    moment("confirmed_at", nullable=True),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    whole("wrong"),
    moment("locked_until", nullable=True),
    comment="The shared secret of time-based codes (RFC 6238), encrypted; a step is good once.",
)

openid_subjects = sa.Table(
    "openid_subjects",
    metadata,
    key("subject_key"),
    refers("account_key", "commons.accounts.account_key"),
    text("issuer"),
    text("subject"),
    moment("bound_at"),
    sa.UniqueConstraint("issuer", "subject"),
    sa.UniqueConstraint("account_key", "issuer"),
    comment="What an external OpenID provider calls a person; bound at the first sign-in.",
)

passkeys = sa.Table(
    "passkeys",
    metadata,
    key("passkey_key"),
    public_id("passkey_id"),
    refers("account_key", "commons.accounts.account_key", index=True),
    sa.Column("credential_id", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    text("name"),
    moment("created_at"),
    moment("used_at", nullable=True),
    comment="Public keys of people's devices (WebAuthn).",
)

access_log = sa.Table(
    "access_log",
    metadata,
    key("entry_key"),
    moment("at"),
    text("kind"),
    refers("account_key", "commons.accounts.account_key", nullable=True, index=True),
    refers("operator_key", "commons.operators.operator_key", nullable=True, index=True),
    sa.Column("client_ip", INET, nullable=True, index=True),
    sa.Column("by", sa.Text(collation="C"), nullable=True, index=True),
    text("about", nullable=True),
    sa.Index("ix_access_log_at", "at"),
    comment="Who came in, who was refused, and what was changed about who may; forgotten after its retention.",
)

"""The entry tells of the platform's staff too whether a person has a second factor.

`commons.enter` as a whole, with what 0020 and 0023 changed in it: the next change starts from here. It is explained in
`commons_0001_access.sql`. What it returns is what it was, so statements that the previous release has prepared go on.
"""

from __future__ import annotations

from alembic import op

revision = "commons_0026"
down_revision = "commons_0025"
branch_labels = None
depends_on = None

_ENTER = """\
CREATE OR REPLACE FUNCTION commons.enter(
  p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamptz
)
RETURNS TABLE (
  api_key_id uuid, attribute text, network_ok boolean, key_allows_operator boolean, key_assigned boolean,
  component_scope text, operator_key bigint, operator_id uuid, operator_state text, sandbox boolean,
  account_active boolean, staff boolean, roles text[], admitted boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
#variable_conflict use_column
DECLARE
  v_key bigint;
  v_all boolean := false;
  v_account bigint;
BEGIN
  network_ok := false;
  key_assigned := false;
  key_allows_operator := false;
  account_active := false;
  staff := false;
  roles := '{}';
  IF p_operator IS NOT NULL THEN
    SELECT o.operator_key, o.operator_id, o.state, o.sandbox INTO operator_key, operator_id, operator_state, sandbox
      FROM commons.operators o WHERE o.operator_id = p_operator;
  END IF;
  IF p_key_hash IS NOT NULL THEN
    SELECT k.api_key_key, k.api_key_id, k.attribute, k.component_scope, k.all_operators,
           EXISTS (SELECT FROM commons.api_key_networks n WHERE n.api_key_key = k.api_key_key AND p_client <<= n.network),
           EXISTS (SELECT FROM commons.api_key_operators a
                    WHERE a.api_key_key = k.api_key_key AND a.operator_key = enter.operator_key)
      INTO v_key, api_key_id, attribute, component_scope, v_all, network_ok, key_assigned
      FROM commons.api_keys k WHERE k.key_hash = p_key_hash AND k.state = 'active';
    key_allows_operator := coalesce(v_all, false) OR coalesce(key_assigned, false);
  END IF;
  IF p_account IS NOT NULL THEN
    SELECT a.account_key, a.state = 'active', a.staff,
           ARRAY(SELECT m.role FROM commons.memberships m
                  WHERE m.account_key = a.account_key AND m.operator_key = enter.operator_key
                    AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > p_now))
      INTO v_account, account_active, staff, roles
      FROM commons.accounts a WHERE a.account_id = p_account;
  END IF;
  admitted := operator_key IS NOT NULL AND operator_state IN ('member', 'merged')
    AND (p_key_hash IS NOT NULL OR p_account IS NOT NULL)
    AND (p_key_hash IS NULL OR (api_key_id IS NOT NULL AND network_ok AND key_allows_operator
                                AND (p_account IS NOT NULL OR key_assigned)))
    AND (p_account IS NULL OR (coalesce(account_active, false) AND coalesce(cardinality(roles), 0) > 0));
  -- Behind the roles, so that nobody is admitted for it.
  IF (coalesce(cardinality(roles), 0) > 0 OR (coalesce(staff, false) AND p_operator IS NULL)) AND EXISTS (
       SELECT FROM commons.second_factors f WHERE f.account_key = v_account AND f.confirmed_at IS NOT NULL) THEN
    roles := roles || 'second_factor'::text;
  END IF;
  RETURN NEXT;
END
$$
"""


def upgrade() -> None:
    op.execute(_ENTER)


def downgrade() -> None:
    raise NotImplementedError("restore a backup: migrations only go forward")

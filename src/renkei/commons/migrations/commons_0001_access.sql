-- The entry of a request: one statement checks the key, the network, the account and the operator.
--
-- `admitted` is the whole verdict, and the only thing that names the operator of the transaction: an active operator,
-- and every credential that was presented is good for it. A key without a person acts only where it was assigned.
-- PL/pgSQL, because its plans are kept for the connection (those of SQL functions only from PostgreSQL 18 on).

CREATE FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamptz)
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
  admitted := operator_key IS NOT NULL AND operator_state = 'member'
    AND (p_key_hash IS NOT NULL OR p_account IS NOT NULL)
    AND (p_key_hash IS NULL OR (api_key_id IS NOT NULL AND network_ok AND key_allows_operator
                                AND (p_account IS NOT NULL OR key_assigned)))
    AND (p_account IS NULL OR (coalesce(account_active, false) AND coalesce(cardinality(roles), 0) > 0));
  RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION commons.enter(bytea, inet, uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commons.enter(bytea, inet, uuid, uuid, timestamptz) TO renkei_app, renkei_access;

GRANT SELECT, INSERT, UPDATE ON commons.sealed_secrets TO renkei_access;

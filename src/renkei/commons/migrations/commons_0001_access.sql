-- The entry of a request: one statement checks the key, the network, the account and the operator.

CREATE FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamptz)
RETURNS TABLE (
  api_key_id uuid, attribute text, network_ok boolean, key_allows_operator boolean, component_scope text,
  operator_key bigint, operator_state text, sandbox boolean,
  account_active boolean, staff boolean, roles text[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT k.api_key_id, k.attribute,
         EXISTS (SELECT FROM commons.api_key_networks n WHERE n.api_key_key = k.api_key_key AND p_client <<= n.network),
         k.all_operators OR EXISTS (
           SELECT FROM commons.api_key_operators a
            WHERE a.api_key_key = k.api_key_key AND a.operator_key = o.operator_key),
         k.component_scope, o.operator_key, o.state, o.sandbox,
         a.state = 'active', a.staff,
         ARRAY(SELECT m.role FROM commons.memberships m
                WHERE m.account_key = a.account_key AND m.operator_key = o.operator_key
                  AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > p_now))
    FROM (SELECT 1) AS one
    LEFT JOIN commons.api_keys k ON k.key_hash = p_key_hash AND k.state = 'active'
    LEFT JOIN commons.operators o ON o.operator_id = p_operator
    LEFT JOIN commons.accounts a ON a.account_id = p_account
$$;
REVOKE ALL ON FUNCTION commons.enter(bytea, inet, uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commons.enter(bytea, inet, uuid, uuid, timestamptz) TO renkei_app, renkei_access;

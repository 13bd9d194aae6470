-- Published read views that name versions: from which state of which rows an answer follows, at the cost of an index look-up.
--
-- `version` is the transaction that wrote the row as it is (xmin). A row that is changed gets another one, and no row ever
-- gets a former one back; so whoever remembers what he made of a version may use it again as long as he finds that version.

-- parts: an own part as its room shows it.
CREATE VIEW commons.own_parts WITH (security_invoker = true) AS
  SELECT p.operator_key, p.part_key, p.trace_id, q.plant_id, p.name, p.support_name, p.terminated, p.unit, p.label,
         p.info1, p.info2, p.info3, p.mass_kg_per_unit, p.density_kg_per_liter, p.structure_key, p.created_at,
         p.updated_at,
         EXISTS (SELECT FROM commons.uses u
                  WHERE u.child_key = p.part_key AND u.operator_key = p.operator_key) AS is_child,
         p.xmin::text AS version
    FROM commons.parts p
    JOIN commons.plants q ON q.plant_key = p.plant_key
   WHERE p.deleted_at IS NULL;

-- trades: what the answer for a bought part follows from.
CREATE VIEW commons.trade_versions WITH (security_invoker = true) AS
  SELECT downstream_key, downstream_part_key, trade_key, xmin::text AS version
    FROM commons.trades WHERE cancelled_at IS NULL;
CREATE VIEW commons.request_versions WITH (security_invoker = true) AS
  SELECT downstream_key, trade_key, kind, request_key, xmin::text AS version
    FROM commons.requests WHERE state <> 'CANCEL';
CREATE VIEW commons.share_versions WITH (security_invoker = true) AS
  SELECT operator_key, trade_key, trade_share_key, valid_from, valid_to
    FROM commons.trade_shares WHERE superseded_at IS NULL;

-- consents: the rows of an inbox, without what was delivered.
CREATE VIEW commons.delivery_versions WITH (security_invoker = true) AS
  SELECT operator_key, trade_key, kind, delivery_key, valid_until FROM commons.deliveries;

GRANT SELECT ON commons.own_parts, commons.trade_versions, commons.request_versions, commons.share_versions,
  commons.delivery_versions TO renkei_app;

-- The policies of what is read and written most: who `me` is, is looked up once a statement and not once a row.
DO $$
DECLARE
  p record;
BEGIN
  FOR p IN SELECT * FROM pg_policies
            WHERE schemaname = 'commons' AND coalesce(qual, '') || coalesce(with_check, '') LIKE '%commons.me()%'
              AND tablename IN ('operators', 'plants', 'parts', 'structures', 'structure_lines', 'uses', 'trades',
                                'trade_shares', 'requests', 'deliveries', 'events') LOOP
    EXECUTE format('ALTER POLICY %I ON commons.%I', p.policyname, p.tablename)
      || coalesce(' USING (' || replace(p.qual, 'commons.me()', '(SELECT commons.me())') || ')', '')
      || coalesce(' WITH CHECK (' || replace(p.with_check, 'commons.me()', '(SELECT commons.me())') || ')', '');
  END LOOP;
END
$$;

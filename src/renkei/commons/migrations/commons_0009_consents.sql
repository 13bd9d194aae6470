-- Selections are a company's own affair: whom it counts to which group nobody else learns.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['selections', 'selection_members'] LOOP
    EXECUTE format('ALTER TABLE commons.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE commons.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON commons.%I USING (operator_key = (SELECT commons.me())) '
                   'WITH CHECK (operator_key = (SELECT commons.me()))', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON commons.selections, commons.selection_members TO renkei_app;
GRANT UPDATE (name, deleted_at) ON commons.selections TO renkei_app;
GRANT UPDATE (removed_at) ON commons.selection_members TO renkei_app;
CREATE TRIGGER keep_history AFTER UPDATE ON commons.selections FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commons.keep_history('operator_key', 'selection_key');

-- The shared inbox: its provider writes it, every member reads what is in force.
ALTER TABLE commons.shared_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.shared_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY shared ON commons.shared_deliveries FOR SELECT TO renkei_app
  USING (provider_key = (SELECT commons.me())
         OR ((SELECT commons.me()) IS NOT NULL AND superseded_at IS NULL AND NOT withdrawn));
CREATE POLICY deliver ON commons.shared_deliveries FOR INSERT TO renkei_app
  WITH CHECK (provider_key = (SELECT commons.me()));
CREATE POLICY supersede ON commons.shared_deliveries FOR UPDATE TO renkei_app
  USING (provider_key = (SELECT commons.me()));
GRANT SELECT, INSERT ON commons.shared_deliveries TO renkei_app;
GRANT UPDATE (superseded_at) ON commons.shared_deliveries TO renkei_app;

-- What the ledger holds its facts against.
CREATE OR REPLACE VIEW commons.ledger_consents WITH (security_invoker = true) AS
  SELECT c.consent_id AS of_subject, c.version AS of_version, c.operator_key AS of_reader,
         coalesce(p.trace_id, t.upstream_trace_id) AS of_trace, NULL::uuid AS of_other_trace,
         CASE WHEN c.superseded_at IS DISTINCT FROM
                   (SELECT n.created_at FROM commons.consents n WHERE n.consent_id = c.consent_id AND n.version = c.version + 1)
              THEN 'superseded_at' END AS of_fault,
         c.consent_id, c.version, c.part_key, c.consumer_key, c.kind, c.attributes, c.purpose, c.valid_from,
         c.valid_until, c.standing, c.state, c.decided_by, c.created_at,
         c.subject, c.trade_key, c.family_key, c.consumer, c.group_key, c.reason
    FROM commons.consents c
    LEFT JOIN commons.parts p ON p.part_key = c.part_key
    LEFT JOIN commons.trades t ON t.trade_key = c.trade_key;

CREATE OR REPLACE VIEW commons.ledger_deliveries WITH (security_invoker = true) AS
  SELECT d.delivery_id AS of_subject, NULL::int AS of_version, d.operator_key AS of_reader,
         t.downstream_trace_id AS of_trace, t.upstream_trace_id AS of_other_trace, NULL::text AS of_fault,
         d.delivery_id, t.trade_id, o.operator_id AS consumer_id, d.kind, d.payload, d.statement_id,
         d.statement_version, d.consent_id, d.consent_version, d.valid_until, d.withdrawn, d.delivered_at, d.purpose
    FROM commons.deliveries d
    JOIN commons.trades t ON t.trade_key = d.trade_key
    JOIN commons.operators o ON o.operator_key = d.operator_key;

CREATE VIEW commons.ledger_shared_deliveries WITH (security_invoker = true) AS
  SELECT d.delivery_id AS of_subject, NULL::int AS of_version, d.provider_key AS of_reader,
         d.trace_id AS of_trace, NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         d.delivery_id, d.audience, d.trace_id, d.kind, d.payload, d.statement_id, d.statement_version, d.consent_id,
         d.consent_version, d.purpose, d.valid_until, d.withdrawn, d.delivered_at
    FROM commons.shared_deliveries d;
GRANT SELECT ON commons.ledger_shared_deliveries TO renkei_app;
INSERT INTO commons.ledger_kinds (kind, source) VALUES ('shared_delivery', 'commons.ledger_shared_deliveries');

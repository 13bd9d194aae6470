-- The ledger's security, and the views by which its facts are held against the rows they are about.

-- A company reads the facts it made and those it is a party to; it writes its own, and may only erase afterwards.
ALTER TABLE commons.ledger_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.ledger_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.ledger_facts FOR SELECT TO renkei_app
  USING (operator_key = commons.me() OR commons.me() = ANY (parties));
CREATE POLICY record ON commons.ledger_facts FOR INSERT TO renkei_app WITH CHECK (operator_key = commons.me());
CREATE POLICY erase ON commons.ledger_facts FOR UPDATE TO renkei_app
  USING (operator_key = commons.me()) WITH CHECK (content IS NULL AND salt IS NULL);
CREATE POLICY sequence ON commons.ledger_facts FOR SELECT TO renkei_ledger USING (true);
GRANT SELECT, INSERT ON commons.ledger_facts TO renkei_app;
GRANT UPDATE (content, salt) ON commons.ledger_facts TO renkei_app;
GRANT SELECT (fact_key, operator_key, commitment) ON commons.ledger_facts TO renkei_ledger;

ALTER TABLE commons.ledger_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.ledger_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY put ON commons.ledger_queue FOR INSERT TO renkei_app WITH CHECK (true);
CREATE POLICY sequence ON commons.ledger_queue TO renkei_ledger USING (true) WITH CHECK (true);
GRANT INSERT ON commons.ledger_queue TO renkei_app;
GRANT SELECT, DELETE ON commons.ledger_queue TO renkei_ledger;

-- A leaf's number is shown to those who may read the fact.
ALTER TABLE commons.ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.ledger_entries FORCE ROW LEVEL SECURITY;
-- (A function, so that it is one index look-up for each leaf that is read: the planner would turn the same EXISTS into a
-- pass over all facts.)
CREATE FUNCTION commons.may_read_fact(p_fact bigint) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM commons.ledger_facts f WHERE f.fact_key = p_fact
                    AND (f.operator_key = commons.me() OR commons.me() = ANY (f.parties)));
END
$$;
CREATE POLICY parties ON commons.ledger_entries FOR SELECT TO renkei_app
  USING (commons.may_read_fact(fact_key));
CREATE POLICY sequence ON commons.ledger_entries TO renkei_ledger USING (true) WITH CHECK (true);
GRANT SELECT ON commons.ledger_entries TO renkei_app;
GRANT SELECT, INSERT ON commons.ledger_entries TO renkei_ledger;

-- Hashes, sizes, heads and public keys are for every member.
GRANT SELECT ON commons.ledger_tiles, commons.ledger_heads, commons.ledger_kinds TO renkei_app, renkei_ledger;
GRANT INSERT, UPDATE ON commons.ledger_tiles TO renkei_ledger;
GRANT INSERT, DELETE ON commons.ledger_heads TO renkei_ledger;
GRANT SELECT (key_id, public_key, created_at, retired_at) ON commons.ledger_keys TO renkei_app;
GRANT SELECT, INSERT ON commons.ledger_keys TO renkei_ledger;
GRANT UPDATE (private_key, retired_at) ON commons.ledger_keys TO renkei_ledger;
GRANT SELECT (origin, created_at) ON commons.ledger_log TO renkei_app;
GRANT SELECT, INSERT ON commons.ledger_log TO renkei_ledger;
GRANT UPDATE (padding_key) ON commons.ledger_log TO renkei_ledger;
GRANT EXECUTE ON FUNCTION commons.hold_duty(text, bigint) TO renkei_ledger;

-- Sources: what the rows say now, for `renkei ledger verify`. A source is a view with these columns beside the content,
-- which is every other column under the name it has in the fact:
--   of_subject      the fact's subject
--   of_version      the fact's version; null: the row is overwritten, and only the newest fact is about it
--   of_reader       the company as which the row is read (it may read the facts too)
--   of_trace, of_other_trace   the parts it is about, for `renkei ledger export`
--   of_fault        the name of a column that contradicts the other rows, or null
-- Each checks as the one who asks (security_invoker).
CREATE VIEW commons.ledger_consents WITH (security_invoker = true) AS
  SELECT c.consent_id AS of_subject, c.version AS of_version, c.operator_key AS of_reader, p.trace_id AS of_trace,
         NULL::uuid AS of_other_trace,
         CASE WHEN c.superseded_at IS DISTINCT FROM
                   (SELECT n.created_at FROM commons.consents n WHERE n.consent_id = c.consent_id AND n.version = c.version + 1)
              THEN 'superseded_at' END AS of_fault,
         c.consent_id, c.version, c.part_key, c.consumer_key, c.kind, c.attributes, c.purpose, c.valid_from,
         c.valid_until, c.standing, c.state, c.decided_by, c.created_at
    FROM commons.consents c
    JOIN commons.parts p ON p.part_key = c.part_key;

CREATE VIEW commons.ledger_deliveries WITH (security_invoker = true) AS
  SELECT d.delivery_id AS of_subject, NULL::int AS of_version, d.operator_key AS of_reader,
         t.downstream_trace_id AS of_trace, t.upstream_trace_id AS of_other_trace, NULL::text AS of_fault,
         d.delivery_id, t.trade_id, o.operator_id AS consumer_id, d.kind, d.payload, d.statement_id,
         d.statement_version, d.consent_id, d.consent_version, d.valid_until, d.withdrawn, d.delivered_at
    FROM commons.deliveries d
    JOIN commons.trades t ON t.trade_key = d.trade_key
    JOIN commons.operators o ON o.operator_key = d.operator_key;

CREATE VIEW commons.ledger_trades WITH (security_invoker = true) AS
  SELECT t.trade_id AS of_subject, NULL::int AS of_version, t.downstream_key AS of_reader,
         t.downstream_trace_id AS of_trace, t.upstream_trace_id AS of_other_trace, NULL::text AS of_fault,
         t.trade_id, d.operator_id AS downstream_operator_id, u.operator_id AS upstream_operator_id,
         t.downstream_trace_id, t.upstream_trace_id, t.cancelled_at IS NOT NULL AS cancelled
    FROM commons.trades t
    JOIN commons.operators d ON d.operator_key = t.downstream_key
    JOIN commons.operators u ON u.operator_key = t.upstream_key;

CREATE VIEW commons.ledger_requests WITH (security_invoker = true) AS
  SELECT r.request_id AS of_subject, NULL::int AS of_version, r.downstream_key AS of_reader,
         t.downstream_trace_id AS of_trace, t.upstream_trace_id AS of_other_trace, NULL::text AS of_fault,
         r.request_id, t.trade_id, r.kind, r.state, r.period_from, r.period_to, r.message, r.reply_message, r.due_date,
         r.review, r.review_reason
    FROM commons.requests r
    JOIN commons.trades t ON t.trade_key = r.trade_key;

GRANT SELECT ON commons.ledger_consents, commons.ledger_deliveries, commons.ledger_trades, commons.ledger_requests
  TO renkei_app;

INSERT INTO commons.ledger_kinds (kind, source) VALUES
  ('consent', 'commons.ledger_consents'),
  ('delivery', 'commons.ledger_deliveries'),
  ('trade', 'commons.ledger_trades'),
  ('request', 'commons.ledger_requests'),
  ('answer', 'commons.ledger_requests'),
  ('erasure', NULL);

-- The engine sees when a policy may turn: dates only.
GRANT SELECT (turns_at) ON commons.consents TO renkei_engine;

-- Inquiries are the asker's own; decisions are the decider's own.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['inquiries', 'inquiry_decisions'] LOOP
    EXECUTE format('ALTER TABLE commons.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE commons.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON commons.%I USING (operator_key = (SELECT commons.me())) '
                   'WITH CHECK (operator_key = (SELECT commons.me()))', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON commons.inquiries, commons.inquiry_decisions TO renkei_app;
GRANT UPDATE (withdrawn_at) ON commons.inquiries TO renkei_app;

-- A hop is between a customer and its supplier; only the customer puts it there.
ALTER TABLE commons.inquiry_hops ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.inquiry_hops FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.inquiry_hops FOR SELECT TO renkei_app
  USING ((SELECT commons.me()) IN (from_key, to_key));
CREATE POLICY ask ON commons.inquiry_hops FOR INSERT TO renkei_app WITH CHECK (from_key = (SELECT commons.me()));
GRANT SELECT, INSERT ON commons.inquiry_hops TO renkei_app;

-- Answers: read by who asked; written, and read again, by whom the inquiry was put to.
ALTER TABLE commons.inquiry_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.inquiry_answers FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox ON commons.inquiry_answers FOR SELECT TO renkei_app
  USING (operator_key = (SELECT commons.me())
         OR EXISTS (SELECT FROM commons.inquiry_hops h WHERE h.hop_key = inquiry_answers.hop_key
                       AND h.to_key = (SELECT commons.me())));
CREATE POLICY deliver ON commons.inquiry_answers FOR INSERT TO renkei_app
  WITH CHECK (EXISTS (SELECT FROM commons.inquiry_hops h
                       WHERE h.hop_key = inquiry_answers.hop_key AND h.to_key = (SELECT commons.me())
                         AND h.asker_key = inquiry_answers.operator_key
                         AND h.inquiry_id = inquiry_answers.inquiry_id));
GRANT SELECT, INSERT ON commons.inquiry_answers TO renkei_app;

CREATE OR REPLACE VIEW commons.ledger_consents WITH (security_invoker = true) AS
  SELECT c.consent_id AS of_subject, c.version AS of_version, c.operator_key AS of_reader,
         coalesce(p.trace_id, t.upstream_trace_id) AS of_trace, NULL::uuid AS of_other_trace,
         CASE WHEN c.superseded_at IS DISTINCT FROM
                   (SELECT n.created_at FROM commons.consents n WHERE n.consent_id = c.consent_id AND n.version = c.version + 1)
              THEN 'superseded_at' END AS of_fault,
         c.consent_id, c.version, c.part_key, c.consumer_key, c.kind, c.attributes, c.purpose, c.valid_from,
         c.valid_until, c.standing, c.state, c.decided_by, c.created_at,
         c.subject, c.trade_key, c.family_key, c.consumer, c.group_key, c.reason, c.policy
    FROM commons.consents c
    LEFT JOIN commons.parts p ON p.part_key = c.part_key
    LEFT JOIN commons.trades t ON t.trade_key = c.trade_key;

CREATE VIEW commons.ledger_inquiry_answers WITH (security_invoker = true) AS
  SELECT a.answer_id AS of_subject, NULL::int AS of_version, h.to_key AS of_reader, NULL::uuid AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         a.answer_id, a.inquiry_id, a.thread_id, a.provider_id, a.kind, a.payload, a.purpose, a.valid_until, a.withdrawn,
         a.delivered_at
    FROM commons.inquiry_answers a
    JOIN commons.inquiry_hops h ON h.hop_key = a.hop_key;
GRANT SELECT ON commons.ledger_inquiry_answers TO renkei_app;
INSERT INTO commons.ledger_kinds (kind, source) VALUES ('inquiry_answer', 'commons.ledger_inquiry_answers');

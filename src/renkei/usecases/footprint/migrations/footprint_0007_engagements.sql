-- Row-level security of verification: rows of two parties. The declarant offers, answers and may end; the verifier
-- decides, finds, concludes; the copy of the evidence is the verifier's to read only while it has accepted.

DO $$
DECLARE
  pair text;
BEGIN
  FOREACH pair IN ARRAY ARRAY['engagements', 'engagement_evidence', 'engagement_reads', 'findings', 'verifications'] LOOP
    EXECUTE format('ALTER TABLE footprint.%I ENABLE ROW LEVEL SECURITY', pair);
    EXECUTE format('ALTER TABLE footprint.%I FORCE ROW LEVEL SECURITY', pair);
  END LOOP;
  FOREACH pair IN ARRAY ARRAY['engagements', 'engagement_reads', 'findings', 'verifications'] LOOP
    EXECUTE format('CREATE POLICY parties ON footprint.%I FOR SELECT '
                   'USING (commons.me() IN (operator_key, verifier_key))', pair);
  END LOOP;
  FOREACH pair IN ARRAY ARRAY['engagement_reads', 'findings', 'verifications'] LOOP
    EXECUTE format('CREATE POLICY verify ON footprint.%I FOR INSERT WITH CHECK (verifier_key = commons.me())', pair);
  END LOOP;
END
$$;
CREATE POLICY offer ON footprint.engagements FOR INSERT WITH CHECK (operator_key = commons.me());
CREATE POLICY decide ON footprint.engagements FOR UPDATE USING (commons.me() IN (operator_key, verifier_key));
CREATE POLICY own ON footprint.engagement_evidence USING (operator_key = commons.me())
  WITH CHECK (operator_key = commons.me());
CREATE POLICY accepted ON footprint.engagement_evidence FOR SELECT USING (
  verifier_key = commons.me()
  AND EXISTS (SELECT FROM footprint.engagements e
               WHERE e.engagement_key = engagement_evidence.engagement_key AND e.state IN ('accepted', 'concluded')));
CREATE POLICY answer ON footprint.findings FOR UPDATE USING (commons.me() IN (operator_key, verifier_key));
GRANT SELECT, INSERT ON footprint.engagements, footprint.engagement_evidence, footprint.engagement_reads,
  footprint.findings, footprint.verifications TO renkei_app;
GRANT UPDATE (state, decided_at, ended_at) ON footprint.engagements TO renkei_app;
GRANT UPDATE (state, reply, replied_at, closed_at) ON footprint.findings TO renkei_app;

CREATE VIEW footprint.ledger_engagements WITH (security_invoker = true) AS
  SELECT e.engagement_id AS of_subject, NULL::int AS of_version, e.operator_key AS of_reader, e.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         e.engagement_id, e.declaration_id, v.operator_id AS verifier_id, e.version,
         encode(e.evidence_sha256, 'hex') AS evidence_sha256, encode(sha256(c.content), 'hex') AS copy_sha256, e.message,
         e.valid_until, e.created_at
    FROM footprint.engagements e
    JOIN footprint.engagement_evidence c ON c.engagement_key = e.engagement_key
    JOIN commons.operators v ON v.operator_key = e.verifier_key
   WHERE e.operator_key = commons.me();

CREATE VIEW footprint.ledger_verifications WITH (security_invoker = true) AS
  SELECT w.verification_id AS of_subject, NULL::int AS of_version, w.verifier_key AS of_reader, w.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         w.verification_id, w.declaration_id, w.statement_id, w.version,
         encode(w.evidence_sha256, 'hex') AS evidence_sha256, w.verdict, w.assurance, w.standard, w.scope,
         w.accreditation, w.opinion, w.concluded_at
    FROM footprint.verifications w
   WHERE w.verifier_key = commons.me();

GRANT SELECT ON footprint.ledger_engagements, footprint.ledger_verifications TO renkei_app;
INSERT INTO commons.ledger_kinds (kind, source) VALUES
  ('footprint.engagement', 'footprint.ledger_engagements'),
  ('footprint.verification', 'footprint.ledger_verifications');

-- Row-level security of evidence: the company's own, never changed. Whoever holds the code that is printed on a report is
-- led to whose it is (`renkei_access`: these columns and no content); what is shown is then read as that company.

ALTER TABLE footprint.declaration_evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.declaration_evidence FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint.declaration_evidence USING (operator_key = commons.me())
  WITH CHECK (operator_key = commons.me());
GRANT SELECT, INSERT ON footprint.declaration_evidence TO renkei_app;
GRANT USAGE ON SCHEMA footprint TO renkei_access;
GRANT SELECT (operator_key, declaration_id, check_id) ON footprint.declaration_evidence TO renkei_access;
CREATE POLICY checked ON footprint.declaration_evidence FOR SELECT TO renkei_access USING (true);

-- The fact of a declaration names the digest of its evidence. (Facts of earlier declarations have no such member.)
CREATE OR REPLACE VIEW footprint.ledger_declarations WITH (security_invoker = true) AS
  SELECT d.declaration_id AS of_subject, NULL::int AS of_version, d.operator_key AS of_reader, d.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         d.declaration_id, d.trace_id, d.plant_id, s.statement_id, s.version, d.rule_set, d.period_from, d.period_to,
         d.reference, d.filed_by, d.filed_at, encode(sha256(e.content), 'hex') AS evidence_sha256
    FROM footprint.declarations d
    JOIN footprint.statements s ON s.statement_key = d.statement_key
    LEFT JOIN footprint.declaration_evidence e ON e.declaration_key = d.declaration_key;

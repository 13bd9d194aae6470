-- A version is superseded by the next one of the same part and trade, or when its part is deleted.
CREATE VIEW footprint.ledger_statements WITH (security_invoker = true) AS
  SELECT s.statement_id AS of_subject, s.version AS of_version, s.operator_key AS of_reader, p.trace_id AS of_trace,
         NULL::uuid AS of_other_trace,
         CASE WHEN s.superseded_at IS DISTINCT FROM coalesce(
                     (SELECT n.created_at FROM footprint.statements n
                       WHERE n.part_key = s.part_key AND n.trade_key IS NOT DISTINCT FROM s.trade_key
                         AND n.version = s.version + 1),
                     CASE WHEN p.deleted_at IS NOT NULL THEN s.superseded_at END)
              THEN 'superseded_at' END AS of_fault,
         s.statement_id, p.trace_id, s.trade_key, s.cfp_id, s.version, s.declared_unit, s.component_scope, s.declared,
         s.in_force, s.quality, s.method, s.coverage_direct, s.coverage_deep, s.structure_key, s.period_from,
         s.period_to, s.causes, s.automatic, s.created_by, s.created_at
    FROM footprint.statements s
    JOIN commons.parts p ON p.part_key = s.part_key;

CREATE VIEW footprint.ledger_certificates WITH (security_invoker = true) AS
  SELECT c.certificate_id AS of_subject, NULL::int AS of_version, c.operator_key AS of_reader, p.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         c.certificate_id, p.trace_id, c.description, c.deleted_at IS NOT NULL AS deleted,
         coalesce((SELECT jsonb_agg(jsonb_build_object('file_id', f.file_id, 'name', f.name) ORDER BY f.position)
                     FROM footprint.certificate_files f WHERE f.certificate_key = c.certificate_key), '[]'::jsonb) AS files
    FROM footprint.certificates c
    JOIN commons.parts p ON p.part_key = c.part_key;

CREATE VIEW footprint.ledger_declarations WITH (security_invoker = true) AS
  SELECT d.declaration_id AS of_subject, NULL::int AS of_version, d.operator_key AS of_reader, d.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         d.declaration_id, d.trace_id, d.plant_id, s.statement_id, s.version, d.rule_set, d.period_from, d.period_to,
         d.reference, d.filed_by, d.filed_at
    FROM footprint.declarations d
    JOIN footprint.statements s ON s.statement_key = d.statement_key;

-- Decisions about values that waited; what was overtaken meanwhile nobody decided.
CREATE VIEW footprint.ledger_approvals WITH (security_invoker = true) AS
  SELECT u.update_id AS of_subject, NULL::int AS of_version, u.operator_key AS of_reader, p.trace_id AS of_trace,
         NULL::uuid AS of_other_trace, NULL::text AS of_fault,
         u.update_id, u.state, u.decided_by, u.decided_at
    FROM footprint.updates u
    JOIN commons.parts p ON p.part_key = u.part_key
   WHERE u.state IN ('published', 'refused');

GRANT SELECT ON footprint.ledger_statements, footprint.ledger_certificates, footprint.ledger_declarations,
  footprint.ledger_approvals TO renkei_app;
INSERT INTO commons.ledger_kinds (kind, source) VALUES
  ('footprint.statement', 'footprint.ledger_statements'),
  ('footprint.certificate', 'footprint.ledger_certificates'),
  ('footprint.declaration', 'footprint.ledger_declarations'),
  ('footprint.approval', 'footprint.ledger_approvals');

-- trade_key and structure_key are what earlier facts say, and are still held against those.
-- A version is superseded by the next one of the same part and trade, or when its part is deleted.
CREATE OR REPLACE VIEW footprint.ledger_statements WITH (security_invoker = true) AS
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
         s.period_to, s.causes, s.automatic, s.created_by, s.created_at,
         t.trade_id, u.structure_id
    FROM footprint.statements s
    JOIN commons.parts p ON p.part_key = s.part_key
    LEFT JOIN commons.trades t ON t.trade_key = s.trade_key
    LEFT JOIN commons.structures u ON u.structure_key = s.structure_key;

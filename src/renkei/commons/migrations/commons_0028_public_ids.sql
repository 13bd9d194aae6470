-- Columns ending in _key are what earlier facts say, and are still held against those.
CREATE OR REPLACE VIEW commons.ledger_consents WITH (security_invoker = true) AS
  SELECT c.consent_id AS of_subject, c.version AS of_version, c.operator_key AS of_reader,
         coalesce(p.trace_id, t.upstream_trace_id) AS of_trace, NULL::uuid AS of_other_trace,
         CASE WHEN c.superseded_at IS DISTINCT FROM
                   (SELECT n.created_at FROM commons.consents n WHERE n.consent_id = c.consent_id AND n.version = c.version + 1)
              THEN 'superseded_at' END AS of_fault,
         c.consent_id, c.version, c.part_key, c.consumer_key, c.kind, c.attributes, c.purpose, c.valid_from,
         c.valid_until, c.standing, c.state, c.decided_by, c.created_at,
         c.subject, c.trade_key, c.family_key, c.consumer, c.group_key, c.reason, c.policy,
         p.trace_id, t.trade_id, f.selection_id AS family_id, o.operator_id AS consumer_id, g.selection_id AS group_id
    FROM commons.consents c
    LEFT JOIN commons.parts p ON p.part_key = c.part_key
    LEFT JOIN commons.trades t ON t.trade_key = c.trade_key
    LEFT JOIN commons.selections f ON f.selection_key = c.family_key
    LEFT JOIN commons.operators o ON o.operator_key = c.consumer_key
    LEFT JOIN commons.selections g ON g.selection_key = c.group_key;

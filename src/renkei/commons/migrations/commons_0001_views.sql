-- Published read views: what a room lets the other rooms of `commons` read of its tables.
-- Each checks as the one who asks (security_invoker): row-level security of the tables below holds unchanged.

-- operators: who stands behind a key.
CREATE VIEW commons.directory WITH (security_invoker = true) AS
  SELECT operator_key, operator_id, state FROM commons.operators;

-- parts: the lines of the structures in force today.
CREATE VIEW commons.lines_in_force WITH (security_invoker = true) AS
  SELECT l.operator_key, p.part_key AS parent_key, l.structure_key, l.position, l.child_key, l.amount, l.unit,
         l.base_quantity, l.sourcing, l.counted_by, l.phantom, l.alternative_group, l.usage_share
    FROM commons.structure_lines l
    JOIN commons.structures s ON s.structure_key = l.structure_key
    JOIN commons.parts p ON p.part_key = s.part_key AND p.structure_key = s.structure_key
   WHERE p.deleted_at IS NULL;

-- parts: an own part with the copy of it that goes out with a request.
CREATE VIEW commons.part_cards WITH (security_invoker = true) AS
  SELECT p.part_key, p.operator_key, p.trace_id, p.terminated, p.structure_key,
         jsonb_build_object(
           'trace_id', p.trace_id, 'operator_id', o.operator_id, 'plant_id', q.plant_id, 'name', p.name,
           'support_name', p.support_name, 'terminated', p.terminated, 'unit', p.unit, 'label', p.label,
           'info1', p.info1, 'info2', p.info2, 'info3', p.info3) AS card
    FROM commons.parts p
    JOIN commons.plants q ON q.plant_key = p.plant_key
    JOIN commons.operators o ON o.operator_key = p.operator_key
   WHERE p.deleted_at IS NULL;

-- trades: who trades what with whom, cancelled ones too (a notification still names them).
CREATE VIEW commons.trade_relations WITH (security_invoker = true) AS
  SELECT t.trade_key, t.trade_id, t.downstream_key, t.upstream_key, t.downstream_trace_id, t.upstream_trace_id,
         d.operator_id AS downstream_operator_id, u.operator_id AS upstream_operator_id,
         t.downstream_part_key, t.upstream_part_key
    FROM commons.trades t
    JOIN commons.operators d ON d.operator_key = t.downstream_key
    JOIN commons.operators u ON u.operator_key = t.upstream_key;

CREATE VIEW commons.request_ids WITH (security_invoker = true) AS
  SELECT request_key, request_id, trade_key, downstream_key, upstream_key FROM commons.requests;

GRANT SELECT ON commons.directory, commons.lines_in_force, commons.part_cards, commons.trade_relations,
  commons.request_ids TO renkei_app;

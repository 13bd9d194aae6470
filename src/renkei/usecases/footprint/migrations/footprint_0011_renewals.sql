-- Row-level security: every row is its owner's; the engine may see whose values are due, and of what day, but no value.

ALTER TABLE footprint.renewal_reminders ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.renewal_reminders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint.renewal_reminders TO renkei_app USING (operator_key = commons.me())
  WITH CHECK (operator_key = commons.me());
GRANT SELECT, INSERT ON footprint.renewal_reminders TO renkei_app;
GRANT UPDATE (period_to, told_at) ON footprint.renewal_reminders TO renkei_app;

GRANT SELECT (part_key, period_to) ON footprint.renewal_reminders TO renkei_engine;
CREATE POLICY due ON footprint.renewal_reminders FOR SELECT TO renkei_engine USING (true);
GRANT SELECT (operator_key, part_key, trade_key, period_to, superseded_at) ON footprint.statements TO renkei_engine;
CREATE POLICY due ON footprint.statements FOR SELECT TO renkei_engine USING (true);

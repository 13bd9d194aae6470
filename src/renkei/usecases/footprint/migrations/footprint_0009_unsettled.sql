-- Row-level security: every row is the buyer's own; the supplier learns nothing of it.

ALTER TABLE footprint.unsettled ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.unsettled FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint.unsettled USING (operator_key = commons.me()) WITH CHECK (operator_key = commons.me());
GRANT SELECT, INSERT, DELETE ON footprint.unsettled TO renkei_app;

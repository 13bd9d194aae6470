-- Row-level security of a company's own sheets. A version never changes but for the pointer to the present one.

ALTER TABLE footprint.sheets ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.sheets FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint.sheets USING (operator_key = commons.me()) WITH CHECK (operator_key = commons.me());
GRANT SELECT, INSERT ON footprint.sheets TO renkei_app;
GRANT UPDATE (superseded_at) ON footprint.sheets TO renkei_app;

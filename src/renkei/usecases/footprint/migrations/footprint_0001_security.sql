-- Row-level security of `footprint`: as in `commons`, every row is one company's own; proposals are of two parties.

GRANT USAGE ON SCHEMA footprint TO renkei_app;

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['statements', 'estimates', 'certificates', 'certificate_files'] LOOP
    EXECUTE format('ALTER TABLE footprint.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE footprint.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON footprint.%I USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON footprint.statements, footprint.estimates, footprint.certificates, footprint.certificate_files
  TO renkei_app;
-- Immutable but for the pointer to the current version.
GRANT UPDATE (superseded_at) ON footprint.statements, footprint.estimates TO renkei_app;
GRANT UPDATE (description, updated_at, deleted_at) ON footprint.certificates TO renkei_app;
GRANT DELETE ON footprint.certificate_files TO renkei_app;

ALTER TABLE footprint.proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON footprint.proposals FOR SELECT USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY propose ON footprint.proposals FOR INSERT WITH CHECK (downstream_key = commons.me());
CREATE POLICY decide ON footprint.proposals FOR UPDATE USING (upstream_key = commons.me());
GRANT SELECT, INSERT ON footprint.proposals TO renkei_app;
GRANT UPDATE (state, decided_at) ON footprint.proposals TO renkei_app;

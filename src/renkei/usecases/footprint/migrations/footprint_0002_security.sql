-- Row-level security of what footprint_0002 added: every row is one company's own.

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['update_policies', 'updates', 'declarations'] LOOP
    EXECUTE format('ALTER TABLE footprint.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE footprint.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON footprint.%I USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON footprint.update_policies, footprint.updates, footprint.declarations TO renkei_app;
GRANT UPDATE (superseded_at) ON footprint.update_policies TO renkei_app;
GRANT UPDATE (state, decided_at, decided_by) ON footprint.updates TO renkei_app;

-- The worker asks who has something to publish today: keys, days and states only.
GRANT USAGE ON SCHEMA footprint TO renkei_engine;
GRANT SELECT (operator_key, due, state) ON footprint.updates TO renkei_engine;
CREATE POLICY due ON footprint.updates FOR SELECT TO renkei_engine USING (true);

-- Row-level security of imports and mappings: every row is one company's own.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['imports', 'mappings'] LOOP
    EXECUTE format('ALTER TABLE commons.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE commons.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON commons.%I USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON commons.imports, commons.mappings TO renkei_app;
GRANT UPDATE (state, content, report, fingerprint, result, finished_at) ON commons.imports TO renkei_app;

-- The worker asks whose uploads have waited too long: keys, states and times, nothing else.
GRANT SELECT (operator_key, state, created_at) ON commons.imports TO renkei_engine;
CREATE POLICY due ON commons.imports FOR SELECT TO renkei_engine USING (true);

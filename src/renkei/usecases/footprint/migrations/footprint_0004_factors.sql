-- Row-level security of a company's own emission factors; a version never changes, so nothing is updated.

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['factor_sets', 'factors'] LOOP
    EXECUTE format('ALTER TABLE footprint.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE footprint.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON footprint.%I USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
    EXECUTE format('GRANT SELECT, INSERT ON footprint.%I TO renkei_app', own);
  END LOOP;
END
$$;

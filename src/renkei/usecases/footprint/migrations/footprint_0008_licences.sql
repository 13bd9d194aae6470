-- Row-level security of licences and loans. A set that is lent is written into the borrower's rows by the lender, who sees
-- of them that it lent; the borrower's own sets stay its own. Uses are written by the engine's recorder.

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['factor_seats', 'factor_uses'] LOOP
    EXECUTE format('ALTER TABLE footprint.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE footprint.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON footprint.%I TO renkei_app USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON footprint.factor_seats TO renkei_app;
GRANT UPDATE (ended_at) ON footprint.factor_seats TO renkei_app;
GRANT SELECT ON footprint.factor_uses TO renkei_app;
GRANT INSERT ON footprint.factor_uses TO renkei_engine;
CREATE POLICY record ON footprint.factor_uses FOR INSERT TO renkei_engine WITH CHECK (true);

CREATE POLICY lend ON footprint.factor_sets FOR INSERT WITH CHECK (lent_by_key = commons.me());
CREATE POLICY lent ON footprint.factor_sets FOR SELECT USING (lent_by_key = commons.me());
CREATE POLICY take_back ON footprint.factor_sets FOR UPDATE USING (lent_by_key = commons.me());
CREATE POLICY lend ON footprint.factors FOR INSERT WITH CHECK (lent_by_key = commons.me());
GRANT UPDATE (ended_at, valid_until) ON footprint.factor_sets TO renkei_app;

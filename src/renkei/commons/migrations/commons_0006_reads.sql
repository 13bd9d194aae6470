-- The read log: written by the engine for readers of all companies, seen by the two companies it is about.
ALTER TABLE commons.delivery_reads ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.delivery_reads FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.delivery_reads FOR SELECT TO renkei_app
  USING ((SELECT commons.me()) IN (provider_key, consumer_key));
CREATE POLICY record ON commons.delivery_reads FOR INSERT TO renkei_engine WITH CHECK (true);
GRANT SELECT ON commons.delivery_reads TO renkei_app;
GRANT INSERT ON commons.delivery_reads TO renkei_engine;

-- Whoever reads from what he remembers still says whose delivery he read.
CREATE OR REPLACE VIEW commons.delivery_versions WITH (security_invoker = true) AS
  SELECT operator_key, trade_key, kind, delivery_key, valid_until, provider_key, withdrawn FROM commons.deliveries;

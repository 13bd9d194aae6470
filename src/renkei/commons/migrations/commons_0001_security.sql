-- Row-level security of `commons`: who may read and write which row, table by table.
--
-- `commons.me()` is the operator named by the entry statement of the transaction; unset means nobody, and no row.
-- Security is FORCED, so the owner of the tables is bound too. It stops a forgotten WHERE, not SQL injection.

CREATE FUNCTION commons.me() RETURNS bigint
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('renkei.operator', true), '')::bigint;

GRANT USAGE ON SCHEMA commons TO renkei_app, renkei_engine, renkei_ledger, renkei_access;
GRANT EXECUTE ON FUNCTION commons.me() TO renkei_app, renkei_engine, renkei_ledger, renkei_access;
GRANT SELECT ON commons.alembic_version TO renkei_app, renkei_engine;

-- Nothing is overwritten: the former state of a changed row goes into commons.history.
CREATE FUNCTION commons.keep_history() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  former jsonb := to_jsonb(OLD);
BEGIN
  INSERT INTO commons.history (operator_key, table_name, row_key, row, changed_at)
  VALUES (coalesce((former ->> TG_ARGV[0])::bigint, 0), TG_TABLE_NAME, (former ->> TG_ARGV[1])::bigint, former, now());
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_history AFTER UPDATE ON commons.operators FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commons.keep_history('operator_key', 'operator_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.plants FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commons.keep_history('operator_key', 'plant_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.parts FOR EACH ROW
  WHEN ((OLD.plant_key, OLD.name, OLD.support_name, OLD.terminated, OLD.unit, OLD.label, OLD.info1, OLD.info2, OLD.info3,
         OLD.mass_kg_per_unit, OLD.density_kg_per_liter, OLD.deleted_at)
        IS DISTINCT FROM
        (NEW.plant_key, NEW.name, NEW.support_name, NEW.terminated, NEW.unit, NEW.label, NEW.info1, NEW.info2, NEW.info3,
         NEW.mass_kg_per_unit, NEW.density_kg_per_liter, NEW.deleted_at))
  EXECUTE FUNCTION commons.keep_history('operator_key', 'part_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.trades FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION commons.keep_history('downstream_key', 'trade_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.requests FOR EACH ROW
  WHEN ((OLD.state, OLD.message, OLD.reply_message, OLD.due_date, OLD.period_from, OLD.period_to, OLD.customer_part,
         OLD.review, OLD.review_reason)
        IS DISTINCT FROM
        (NEW.state, NEW.message, NEW.reply_message, NEW.due_date, NEW.period_from, NEW.period_to, NEW.customer_part,
         NEW.review, NEW.review_reason))
  EXECUTE FUNCTION commons.keep_history('downstream_key', 'request_key');

-- The directory: any member may be read by its id; a company not yet a member only by who invited it.
ALTER TABLE commons.operators ENABLE ROW LEVEL SECURITY;
CREATE POLICY directory ON commons.operators FOR SELECT TO renkei_app
  USING (state <> 'provisional' OR invited_by_key = commons.me() OR operator_key = commons.me());
CREATE POLICY own ON commons.operators FOR UPDATE TO renkei_app USING (operator_key = commons.me());
CREATE POLICY invite ON commons.operators FOR INSERT TO renkei_app
  WITH CHECK (state = 'provisional' AND invited_by_key = commons.me());
GRANT SELECT, INSERT ON commons.operators TO renkei_app;
GRANT UPDATE (name, address, global_operator_id, updated_at) ON commons.operators TO renkei_app;

-- Tables whose every row is one company's own.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['invitations', 'plants', 'parts', 'part_numbers', 'structures', 'structure_lines',
                             'trade_shares', 'consents', 'files', 'idempotency', 'history'] LOOP
    EXECUTE format('ALTER TABLE commons.%I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE commons.%I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY own ON commons.%I USING (operator_key = commons.me()) '
                   'WITH CHECK (operator_key = commons.me())', own);
  END LOOP;
END
$$;
-- The history trigger writes as the owner, for whichever company's row was changed.
CREATE POLICY record ON commons.history FOR INSERT TO CURRENT_USER WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON commons.invitations, commons.plants, commons.parts, commons.part_numbers,
  commons.trade_shares, commons.consents, commons.files TO renkei_app;
GRANT DELETE ON commons.part_numbers TO renkei_app;
GRANT SELECT, INSERT ON commons.structures, commons.structure_lines TO renkei_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON commons.idempotency TO renkei_app;
GRANT SELECT ON commons.history TO renkei_app;

-- Tables whose rows two companies share: a trade, its requests and what was said under them.
ALTER TABLE commons.trades ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.trades FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.trades FOR SELECT USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY change ON commons.trades FOR UPDATE USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY ask ON commons.trades FOR INSERT WITH CHECK (downstream_key = commons.me());
GRANT SELECT, INSERT ON commons.trades TO renkei_app;
GRANT UPDATE (upstream_part_key, upstream_trace_id, linked_at, cancelled_at) ON commons.trades TO renkei_app;

ALTER TABLE commons.requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.requests FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.requests FOR SELECT USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY change ON commons.requests FOR UPDATE USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY ask ON commons.requests FOR INSERT WITH CHECK (downstream_key = commons.me());
GRANT SELECT, INSERT ON commons.requests TO renkei_app;
GRANT UPDATE (state, period_from, period_to, message, reply_message, due_date, customer_part, tree_terminated,
  completed_count, completed_count_at, trades_count, trades_count_at, review, review_reason, updated_at)
  ON commons.requests TO renkei_app;

ALTER TABLE commons.request_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.request_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.request_messages FOR SELECT USING (commons.me() IN (downstream_key, upstream_key));
CREATE POLICY say ON commons.request_messages FOR INSERT
  WITH CHECK (sender_key = commons.me() AND commons.me() IN (downstream_key, upstream_key));
GRANT SELECT, INSERT ON commons.request_messages TO renkei_app;

-- Inboxes: written by the sender, read by the addressee. Disclosure is this write.
ALTER TABLE commons.deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox ON commons.deliveries FOR SELECT USING (commons.me() IN (operator_key, provider_key));
CREATE POLICY deliver ON commons.deliveries FOR INSERT WITH CHECK (provider_key = commons.me());
GRANT SELECT, INSERT ON commons.deliveries TO renkei_app;

ALTER TABLE commons.notifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.notifications FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox ON commons.notifications FOR SELECT USING (operator_key = commons.me());
CREATE POLICY seen ON commons.notifications FOR UPDATE USING (operator_key = commons.me());
CREATE POLICY tell ON commons.notifications FOR INSERT WITH CHECK (sender_key = commons.me());
GRANT SELECT, INSERT ON commons.notifications TO renkei_app;
GRANT UPDATE (read_at) ON commons.notifications TO renkei_app;

-- The outbox: a company writes its own events and sees what became of them; the engine reads all (ids, no values).
ALTER TABLE commons.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.events FORCE ROW LEVEL SECURITY;
CREATE POLICY sender ON commons.events FOR SELECT USING (sender_key = commons.me());
CREATE POLICY emit ON commons.events FOR INSERT WITH CHECK (sender_key = commons.me());
CREATE POLICY engine ON commons.events TO renkei_engine USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON commons.events TO renkei_app;
GRANT SELECT, DELETE ON commons.events TO renkei_engine;
GRANT SELECT ON commons.event_readers TO renkei_app;
GRANT SELECT (reader, event_key, next_attempt_at, resolved_at) ON commons.event_failures TO renkei_app;
GRANT SELECT, INSERT, UPDATE ON commons.event_readers, commons.event_failures, commons.duties TO renkei_engine;
GRANT SELECT ON commons.operators TO renkei_engine;
CREATE POLICY engine ON commons.operators FOR SELECT TO renkei_engine USING (true);
CREATE POLICY purge ON commons.idempotency FOR ALL TO renkei_engine USING (true);
GRANT SELECT (claimed_at), DELETE ON commons.idempotency TO renkei_engine;

-- Credentials: a role of its own, named tables only; no company's rows.
GRANT SELECT, INSERT, UPDATE ON commons.refresh_tokens, commons.signing_keys TO renkei_access;
GRANT DELETE ON commons.refresh_tokens TO renkei_access;
GRANT SELECT ON commons.accounts, commons.memberships, commons.api_keys, commons.api_key_networks,
  commons.api_key_operators, commons.operators TO renkei_access;
GRANT UPDATE (password_hash, failed_logins, locked_until, password_changed_at) ON commons.accounts TO renkei_access;
CREATE POLICY access ON commons.operators FOR SELECT TO renkei_access USING (true);
-- The command line registers operators as the owner of the tables (security on operators is not forced).

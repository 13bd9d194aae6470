-- What duties need beyond row-level security: waking up, fencing, and who has something due. Ids and dates, no values.

-- A waiting worker wakes up when one company wrote for another. What a company tells itself waits for the next look
-- (events_poll_milliseconds): NOTIFY makes commits take turns, so most commits had better do without.
CREATE FUNCTION commons.wake_worker() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  IF EXISTS (SELECT FROM written WHERE sender_key <> addressee_key) THEN
    PERFORM pg_notify('renkei_events', '');
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER wake_worker AFTER INSERT ON commons.events
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION commons.wake_worker();

-- Whether `p_epoch` is still the duty's epoch; if so, nobody can take the duty over before this transaction has ended.
CREATE FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM FROM commons.duties WHERE duty = p_duty AND epoch = p_epoch FOR SHARE;
  RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION commons.hold_duty(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commons.hold_duty(text, bigint) TO renkei_app, renkei_engine, renkei_access;

-- Whether anything that follows from `p_version` or from before is still to be handled.
-- A failed event of another company counts only if it follows from exactly this version: one company's trouble does not
-- make everybody's reads stale. Tells nothing but yes or no.
CREATE FUNCTION commons.events_pending(p_reader text, p_version xid8) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT EXISTS (
           SELECT FROM commons.events e
            WHERE e.origin <= p_version
              AND (e.xid, e.event_key) > (
                    coalesce((SELECT r.xid FROM commons.event_readers r WHERE r.reader = p_reader), '0'::xid8),
                    coalesce((SELECT r.event_key FROM commons.event_readers r WHERE r.reader = p_reader), 0)))
      OR EXISTS (
           SELECT FROM commons.event_failures f
             JOIN commons.events e ON e.event_key = f.event_key
            WHERE f.reader = p_reader AND f.resolved_at IS NULL AND f.next_attempt_at IS NOT NULL
              AND (e.origin = p_version OR (e.origin <= p_version AND e.addressee_key = commons.me())))
$$;
REVOKE ALL ON FUNCTION commons.events_pending(text, xid8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION commons.events_pending(text, xid8) TO renkei_app, renkei_engine;

-- Both functions run as the owner, whom forced security binds too: it may read events (ids only), as the engine may.
CREATE POLICY pending ON commons.events FOR SELECT TO CURRENT_USER USING (true);

-- Clearing up after retention, and beginning anew after a restore (transaction ids of another server mean nothing).
GRANT UPDATE (xid, origin) ON commons.events TO renkei_engine;
GRANT DELETE ON commons.event_failures TO renkei_engine;
CREATE INDEX ix_event_failures_open ON commons.event_failures (reader, next_attempt_at) WHERE resolved_at IS NULL;
GRANT SELECT (operator_key, notified_at), DELETE ON commons.notifications TO renkei_engine;
CREATE POLICY purge ON commons.notifications FOR ALL TO renkei_engine USING (true);

-- Who has something due: keys, dates and states only.
GRANT SELECT (operator_key, part_key, structure_key) ON commons.parts TO renkei_engine;
CREATE POLICY due ON commons.parts FOR SELECT TO renkei_engine USING (true);
GRANT SELECT (operator_key, part_key, structure_key, version, effective_from, created_at) ON commons.structures
  TO renkei_engine;
CREATE POLICY due ON commons.structures FOR SELECT TO renkei_engine USING (true);
-- Only structures registered before their day: few, however many structures there are.
CREATE INDEX ix_structures_future ON commons.structures (effective_from)
  WHERE created_at < (effective_from::timestamp AT TIME ZONE 'UTC');
GRANT SELECT (operator_key, state, valid_until, superseded_at) ON commons.consents TO renkei_engine;
CREATE POLICY due ON commons.consents FOR SELECT TO renkei_engine USING (true);
CREATE INDEX ix_consents_ending ON commons.consents (valid_until)
  WHERE superseded_at IS NULL AND state = 'granted' AND valid_until IS NOT NULL;
GRANT SELECT (operator_key, state, created_at) ON commons.files TO renkei_engine;
CREATE POLICY due ON commons.files FOR SELECT TO renkei_engine USING (true);
CREATE INDEX ix_files_reserved ON commons.files (created_at) WHERE state = 'reserved';

SET check_function_bodies = false;





CREATE SCHEMA commons;



CREATE SCHEMA footprint;



CREATE FUNCTION commons.check_lines() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
  v_foreign boolean;
  v_unused boolean;
BEGIN
  SELECT bool_or(s.structure_key IS NULL OR n.children > (
           SELECT count(*) FROM commons.parts p
            WHERE p.part_key = ANY (n.child_keys) AND p.operator_key = n.operator_key)),
         bool_or(q.part_key IS NOT NULL AND n.children > (
           SELECT count(*) FROM commons.uses u
            WHERE u.parent_key = q.part_key AND u.child_key = ANY (n.child_keys)))
    INTO v_foreign, v_unused
    FROM (SELECT a.structure_key, a.operator_key, array_agg(a.child_key) AS child_keys,
                 count(DISTINCT a.child_key) AS children
            FROM added a GROUP BY a.structure_key, a.operator_key) n
    LEFT JOIN commons.structures s ON s.structure_key = n.structure_key AND s.operator_key = n.operator_key
    LEFT JOIN commons.parts q
      ON q.part_key = s.part_key AND q.structure_key = s.structure_key AND q.deleted_at IS NULL;
  IF v_foreign THEN
    RAISE foreign_key_violation USING MESSAGE = 'a structure line names a part or structure of nobody or somebody else';
  END IF;
  IF v_unused THEN
    INSERT INTO commons.uses (operator_key, parent_key, child_key)
    SELECT DISTINCT a.operator_key, q.part_key, a.child_key
      FROM added a
      JOIN commons.structures s ON s.structure_key = a.structure_key
      JOIN commons.parts q
        ON q.part_key = s.part_key AND q.structure_key = s.structure_key AND q.deleted_at IS NULL
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;



CREATE FUNCTION commons.count_deleted_part() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
  UPDATE commons.part_counts SET parts = parts + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END
   WHERE operator_key = NEW.operator_key;
  RETURN NULL;
END
$$;



CREATE FUNCTION commons.count_new_parts() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
  INSERT INTO commons.part_counts AS c (operator_key, parts)
  SELECT a.operator_key, count(*) FROM added a WHERE a.deleted_at IS NULL GROUP BY a.operator_key
      ON CONFLICT (operator_key) DO UPDATE SET parts = c.parts + EXCLUDED.parts;
  RETURN NULL;
END
$$;



CREATE FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamp with time zone) RETURNS TABLE(api_key_id uuid, attribute text, network_ok boolean, key_allows_operator boolean, key_assigned boolean, component_scope text, operator_key bigint, operator_id uuid, operator_state text, sandbox boolean, account_active boolean, staff boolean, roles text[], admitted boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
#variable_conflict use_column
DECLARE
  v_key bigint;
  v_all boolean := false;
  v_account bigint;
BEGIN
  network_ok := false;
  key_assigned := false;
  key_allows_operator := false;
  account_active := false;
  staff := false;
  roles := '{}';
  IF p_operator IS NOT NULL THEN
    SELECT o.operator_key, o.operator_id, o.state, o.sandbox INTO operator_key, operator_id, operator_state, sandbox
      FROM commons.operators o WHERE o.operator_id = p_operator;
  END IF;
  IF p_key_hash IS NOT NULL THEN
    SELECT k.api_key_key, k.api_key_id, k.attribute, k.component_scope, k.all_operators,
           EXISTS (SELECT FROM commons.api_key_networks n WHERE n.api_key_key = k.api_key_key AND p_client <<= n.network),
           EXISTS (SELECT FROM commons.api_key_operators a
                    WHERE a.api_key_key = k.api_key_key AND a.operator_key = enter.operator_key)
      INTO v_key, api_key_id, attribute, component_scope, v_all, network_ok, key_assigned
      FROM commons.api_keys k WHERE k.key_hash = p_key_hash AND k.state = 'active';
    key_allows_operator := coalesce(v_all, false) OR coalesce(key_assigned, false);
  END IF;
  IF p_account IS NOT NULL THEN
    SELECT a.account_key, a.state = 'active', a.staff,
           ARRAY(SELECT m.role FROM commons.memberships m
                  WHERE m.account_key = a.account_key AND m.operator_key = enter.operator_key
                    AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > p_now))
      INTO v_account, account_active, staff, roles
      FROM commons.accounts a WHERE a.account_id = p_account;
  END IF;
  admitted := operator_key IS NOT NULL AND operator_state IN ('member', 'merged')
    AND (p_key_hash IS NOT NULL OR p_account IS NOT NULL)
    AND (p_key_hash IS NULL OR (api_key_id IS NOT NULL AND network_ok AND key_allows_operator
                                AND (p_account IS NOT NULL OR key_assigned)))
    AND (p_account IS NULL OR (coalesce(account_active, false) AND coalesce(cardinality(roles), 0) > 0));
  -- Behind the roles, so that nobody is admitted for it.
  IF (coalesce(cardinality(roles), 0) > 0 OR (coalesce(staff, false) AND p_operator IS NULL)) AND EXISTS (
       SELECT FROM commons.second_factors f WHERE f.account_key = v_account AND f.confirmed_at IS NOT NULL) THEN
    roles := roles || 'second_factor'::text;
  END IF;
  RETURN NEXT;
END
$$;



CREATE FUNCTION commons.events_pending(p_reader text, p_version xid8) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
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



CREATE FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
  PERFORM FROM commons.duties WHERE duty = p_duty AND epoch = p_epoch FOR SHARE;
  RETURN FOUND;
END
$$;



CREATE FUNCTION commons.keep_history() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
  former jsonb := to_jsonb(OLD);
BEGIN
  INSERT INTO commons.history (operator_key, table_name, row_key, row, changed_at)
  VALUES (coalesce((former ->> TG_ARGV[0])::bigint, 0), TG_TABLE_NAME, (former ->> TG_ARGV[1])::bigint, former, now());
  RETURN NULL;
END
$$;



CREATE FUNCTION commons.keep_uses() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
DECLARE
  v_now bigint[];
  v_former bigint[];
BEGIN
  IF NEW.deleted_at IS NULL AND NEW.structure_key IS NOT NULL THEN
    SELECT array_agg(DISTINCT l.child_key) INTO v_now
      FROM commons.structure_lines l WHERE l.structure_key = NEW.structure_key AND l.operator_key = NEW.operator_key;
  END IF;
  SELECT array_agg(u.child_key ORDER BY u.child_key) INTO v_former
    FROM commons.uses u WHERE u.parent_key = NEW.part_key AND u.operator_key = NEW.operator_key;
  IF v_now IS NOT DISTINCT FROM v_former THEN
    RETURN NULL;
  END IF;
  DELETE FROM commons.uses u
   WHERE u.parent_key = NEW.part_key AND u.operator_key = NEW.operator_key
     AND u.child_key <> ALL (coalesce(v_now, '{}'));
  INSERT INTO commons.uses (operator_key, parent_key, child_key)
  SELECT NEW.operator_key, NEW.part_key, n.child_key
    FROM unnest(v_now) AS n(child_key)
   WHERE n.child_key <> ALL (coalesce(v_former, '{}'))
      ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;



CREATE FUNCTION commons.may_read_fact(p_fact bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM commons.ledger_facts f WHERE f.fact_key = p_fact
                    AND (f.operator_key = commons.me() OR commons.me() = ANY (f.parties)));
END
$$;



CREATE FUNCTION commons.me() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('renkei.operator'::text, true), ''::text))::bigint;



CREATE FUNCTION commons.wake_worker() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
  IF EXISTS (SELECT FROM written WHERE sender_key <> addressee_key) THEN
    PERFORM pg_notify('renkei_events', '');
  END IF;
  RETURN NULL;
END
$$;





CREATE TABLE commons.access_log (
    entry_key bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    account_key bigint,
    operator_key bigint,
    client_ip inet,
    by text COLLATE pg_catalog."C",
    about text COLLATE pg_catalog."C"
);



ALTER TABLE commons.access_log ALTER COLUMN entry_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.access_log_entry_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.account_invitations (
    invitation_key bigint NOT NULL,
    invitation_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    operator_key bigint NOT NULL,
    email text COLLATE pg_catalog."C",
    role text NOT NULL COLLATE pg_catalog."C",
    mandate text COLLATE pg_catalog."C",
    valid_until timestamp with time zone,
    invited_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT ck_account_invitations_role CHECK ((role = ANY (ARRAY['admin'::text, 'editor'::text, 'approver'::text, 'viewer'::text])))
);



ALTER TABLE commons.account_invitations ALTER COLUMN invitation_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.account_invitations_invitation_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.accounts (
    account_key bigint NOT NULL,
    account_id uuid NOT NULL,
    email text NOT NULL COLLATE pg_catalog."C",
    password_hash text COLLATE pg_catalog."C",
    staff boolean DEFAULT false NOT NULL,
    state text DEFAULT 'active'::text NOT NULL COLLATE pg_catalog."C",
    failed_logins integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    password_changed_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_accounts_state CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);



ALTER TABLE commons.accounts ALTER COLUMN account_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.accounts_account_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.alembic_version (
    version_num character varying(32) NOT NULL
);



CREATE TABLE commons.announcements (
    announcement_key bigint NOT NULL,
    announcement_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    ja text NOT NULL COLLATE pg_catalog."C",
    en text NOT NULL COLLATE pg_catalog."C",
    shown_from timestamp with time zone NOT NULL,
    shown_until timestamp with time zone NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    CONSTRAINT ck_announcements_kind CHECK ((kind = ANY (ARRAY['notice'::text, 'maintenance'::text]))),
    CONSTRAINT ck_announcements_span CHECK ((shown_from < shown_until))
);



ALTER TABLE commons.announcements ALTER COLUMN announcement_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.announcements_announcement_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.api_key_networks (
    api_key_key bigint NOT NULL,
    network cidr NOT NULL
);



CREATE TABLE commons.api_key_operators (
    api_key_key bigint NOT NULL,
    operator_key bigint NOT NULL
);



CREATE TABLE commons.api_keys (
    api_key_key bigint NOT NULL,
    api_key_id uuid NOT NULL,
    application_name text NOT NULL COLLATE pg_catalog."C",
    attribute text NOT NULL COLLATE pg_catalog."C",
    key_hash bytea NOT NULL,
    all_operators boolean DEFAULT false NOT NULL,
    component_scope text DEFAULT 'rest'::text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'active'::text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_api_keys_attribute CHECK ((attribute = ANY (ARRAY['Application'::text, 'DataSpace'::text, 'Traceability'::text]))),
    CONSTRAINT ck_api_keys_component_scope CHECK ((component_scope = ANY (ARRAY['rest'::text, 'whole'::text]))),
    CONSTRAINT ck_api_keys_state CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text, 'revoked'::text])))
);



ALTER TABLE commons.api_keys ALTER COLUMN api_key_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.api_keys_api_key_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.consents (
    consent_key bigint NOT NULL,
    consent_id uuid NOT NULL,
    version integer NOT NULL,
    operator_key bigint NOT NULL,
    consumer_key bigint,
    part_key bigint,
    kind text NOT NULL COLLATE pg_catalog."C",
    attributes text[] NOT NULL COLLATE pg_catalog."C",
    purpose text NOT NULL COLLATE pg_catalog."C",
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    standing boolean DEFAULT true NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    decided_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone,
    subject text DEFAULT 'part'::text NOT NULL COLLATE pg_catalog."C",
    trade_key bigint,
    family_key bigint,
    consumer text DEFAULT 'company'::text NOT NULL COLLATE pg_catalog."C",
    group_key bigint,
    reason text COLLATE pg_catalog."C",
    policy jsonb,
    turns_at timestamp with time zone,
    CONSTRAINT ck_consents_consumer CHECK ((
CASE consumer
    WHEN 'company'::text THEN (consumer_key IS NOT NULL)
    WHEN 'group'::text THEN (group_key IS NOT NULL)
    WHEN 'policy'::text THEN (policy IS NOT NULL)
    WHEN 'members'::text THEN true
    WHEN 'public'::text THEN true
    ELSE false
END AND (num_nonnulls(consumer_key, group_key, policy) <= 1))),
    CONSTRAINT ck_consents_state CHECK ((state = ANY (ARRAY['requested'::text, 'granted'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text]))),
    CONSTRAINT ck_consents_subject CHECK ((
CASE subject
    WHEN 'part'::text THEN (part_key IS NOT NULL)
    WHEN 'trade'::text THEN (trade_key IS NOT NULL)
    WHEN 'family'::text THEN (family_key IS NOT NULL)
    WHEN 'operator'::text THEN true
    ELSE false
END AND (num_nonnulls(part_key, trade_key, family_key) <= 1)))
);

ALTER TABLE ONLY commons.consents FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.consents ALTER COLUMN consent_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.consents_consent_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.corporate_numbers (
    number text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    closed_on date,
    successor text COLLATE pg_catalog."C",
    updated_on date NOT NULL
);



CREATE TABLE commons.deliveries (
    delivery_key bigint NOT NULL,
    delivery_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    provider_key bigint NOT NULL,
    trade_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    payload jsonb NOT NULL,
    statement_id uuid,
    statement_version integer,
    consent_id uuid NOT NULL,
    consent_version integer NOT NULL,
    valid_until timestamp with time zone,
    withdrawn boolean DEFAULT false NOT NULL,
    delivered_at timestamp with time zone NOT NULL,
    purpose text COLLATE pg_catalog."C"
);

ALTER TABLE ONLY commons.deliveries FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.deliveries ALTER COLUMN delivery_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.deliveries_delivery_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.delivery_reads (
    read_key bigint NOT NULL,
    read_id uuid DEFAULT gen_random_uuid() NOT NULL,
    provider_key bigint NOT NULL,
    consumer_key bigint NOT NULL,
    delivery_key bigint NOT NULL,
    door text NOT NULL COLLATE pg_catalog."C",
    reader text NOT NULL COLLATE pg_catalog."C",
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    times integer NOT NULL,
    CONSTRAINT ck_delivery_reads_reader CHECK ((reader = ANY (ARRAY['person'::text, 'application'::text])))
);

ALTER TABLE ONLY commons.delivery_reads FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.delivery_reads ALTER COLUMN read_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.delivery_reads_read_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE VIEW commons.delivery_versions WITH (security_invoker='true') AS
 SELECT operator_key,
    trade_key,
    kind,
    delivery_key,
    valid_until,
    provider_key,
    withdrawn
   FROM commons.deliveries;



CREATE TABLE commons.digests (
    account_key bigint NOT NULL,
    wanted boolean DEFAULT true NOT NULL,
    sent_until timestamp with time zone
);



CREATE TABLE commons.operators (
    operator_key bigint NOT NULL,
    operator_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    country text DEFAULT 'JP'::text NOT NULL COLLATE pg_catalog."C",
    open_operator_id text COLLATE pg_catalog."C",
    global_operator_id text COLLATE pg_catalog."C",
    state text DEFAULT 'member'::text NOT NULL COLLATE pg_catalog."C",
    sandbox boolean DEFAULT false NOT NULL,
    successor_key bigint,
    invited_by_key bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_operators_open_operator_id CHECK (((open_operator_id IS NOT NULL) OR (state = 'provisional'::text))),
    CONSTRAINT ck_operators_state CHECK ((state = ANY (ARRAY['provisional'::text, 'member'::text, 'suspended'::text, 'closed'::text, 'merged'::text]))),
    CONSTRAINT ck_operators_successor CHECK (((state = 'merged'::text) = (successor_key IS NOT NULL)))
);



CREATE VIEW commons.directory WITH (security_invoker='true') AS
 SELECT operator_key,
    operator_id,
    state,
    successor_key
   FROM commons.operators;



CREATE TABLE commons.duties (
    duty text NOT NULL COLLATE pg_catalog."C",
    epoch bigint DEFAULT '0'::bigint NOT NULL,
    owner text COLLATE pg_catalog."C",
    taken_at timestamp with time zone
);



CREATE TABLE commons.event_failures (
    reader text NOT NULL COLLATE pg_catalog."C",
    event_key bigint NOT NULL,
    attempts integer NOT NULL,
    error text NOT NULL COLLATE pg_catalog."C",
    last_attempt_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    resolved_at timestamp with time zone
);



CREATE TABLE commons.event_readers (
    reader text NOT NULL COLLATE pg_catalog."C",
    xid xid8 DEFAULT '0'::xid8 NOT NULL,
    event_key bigint DEFAULT '0'::bigint NOT NULL,
    advanced_at timestamp with time zone
);



CREATE TABLE commons.events (
    event_key bigint NOT NULL,
    event_id uuid NOT NULL,
    sender_key bigint NOT NULL,
    addressee_key bigint NOT NULL,
    type text NOT NULL COLLATE pg_catalog."C",
    subject uuid NOT NULL,
    data jsonb NOT NULL,
    track_id uuid,
    origin xid8 NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.events FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.events ALTER COLUMN event_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.events_event_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.files (
    file_key bigint NOT NULL,
    file_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    extension text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'reserved'::text NOT NULL COLLATE pg_catalog."C",
    size_bytes bigint,
    sha256 bytea,
    wrapped_key bytea,
    address bytea,
    created_at timestamp with time zone NOT NULL,
    stored_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT ck_files_state CHECK ((state = ANY (ARRAY['reserved'::text, 'stored'::text, 'erased'::text])))
);

ALTER TABLE ONLY commons.files FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.files ALTER COLUMN file_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.files_file_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.history (
    history_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    table_name text NOT NULL COLLATE pg_catalog."C",
    row_key bigint NOT NULL,
    "row" jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.history FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.history ALTER COLUMN history_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.history_history_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.idempotency (
    operator_key bigint NOT NULL,
    caller text NOT NULL COLLATE pg_catalog."C",
    route text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    body_hash bytea NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    claimed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.idempotency FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.imports (
    import_key bigint NOT NULL,
    import_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    file_name text NOT NULL COLLATE pg_catalog."C",
    size_bytes integer NOT NULL,
    digest bytea NOT NULL,
    content bytea,
    state text NOT NULL COLLATE pg_catalog."C",
    options jsonb NOT NULL,
    report jsonb NOT NULL,
    fingerprint text COLLATE pg_catalog."C",
    result jsonb,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT ck_imports_state CHECK ((state = ANY (ARRAY['faulty'::text, 'ready'::text, 'done'::text, 'discarded'::text, 'expired'::text])))
);

ALTER TABLE ONLY commons.imports FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.imports ALTER COLUMN import_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.imports_import_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.inquiries (
    inquiry_key bigint NOT NULL,
    inquiry_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    trade_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    attributes text[] NOT NULL COLLATE pg_catalog."C",
    purpose text NOT NULL COLLATE pg_catalog."C",
    message text COLLATE pg_catalog."C",
    ends_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone
);

ALTER TABLE ONLY commons.inquiries FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.inquiries ALTER COLUMN inquiry_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.inquiries_inquiry_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.inquiry_answers (
    answer_key bigint NOT NULL,
    answer_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    inquiry_id uuid NOT NULL,
    hop_key bigint NOT NULL,
    thread_id uuid NOT NULL,
    provider_id uuid,
    kind text NOT NULL COLLATE pg_catalog."C",
    payload jsonb NOT NULL,
    purpose text NOT NULL COLLATE pg_catalog."C",
    valid_until timestamp with time zone,
    withdrawn boolean DEFAULT false NOT NULL,
    delivered_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.inquiry_answers FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.inquiry_answers ALTER COLUMN answer_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.inquiry_answers_answer_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.inquiry_decisions (
    decision_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    hop_key bigint NOT NULL,
    decision text NOT NULL COLLATE pg_catalog."C",
    named boolean DEFAULT false NOT NULL,
    part_key bigint,
    reason text COLLATE pg_catalog."C",
    decided_by text NOT NULL COLLATE pg_catalog."C",
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_inquiry_decisions_decision CHECK ((decision = ANY (ARRAY['granted'::text, 'passed_on'::text, 'refused'::text])))
);

ALTER TABLE ONLY commons.inquiry_decisions FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.inquiry_decisions ALTER COLUMN decision_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.inquiry_decisions_decision_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.inquiry_hops (
    hop_key bigint NOT NULL,
    hop_id uuid NOT NULL,
    inquiry_id uuid NOT NULL,
    asker_key bigint NOT NULL,
    from_key bigint NOT NULL,
    to_key bigint NOT NULL,
    trade_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    attributes text[] NOT NULL COLLATE pg_catalog."C",
    purpose text NOT NULL COLLATE pg_catalog."C",
    message text COLLATE pg_catalog."C",
    ends_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.inquiry_hops FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.inquiry_hops ALTER COLUMN hop_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.inquiry_hops_hop_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.invitations (
    invitation_key bigint NOT NULL,
    invitation_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    invited_key bigint NOT NULL,
    email text COLLATE pg_catalog."C",
    other_ids jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.invitations FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.invitations ALTER COLUMN invitation_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.invitations_invitation_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.parts (
    part_key bigint NOT NULL,
    trace_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    plant_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    support_name text COLLATE pg_catalog."C",
    terminated boolean DEFAULT false NOT NULL,
    unit text COLLATE pg_catalog."C",
    label text COLLATE pg_catalog."C",
    info1 text COLLATE pg_catalog."C",
    info2 text COLLATE pg_catalog."C",
    info3 text COLLATE pg_catalog."C",
    structure_key bigint,
    mass_kg_per_unit numeric,
    density_kg_per_liter numeric,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY commons.parts FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.trades (
    trade_key bigint NOT NULL,
    trade_id uuid NOT NULL,
    downstream_key bigint NOT NULL,
    upstream_key bigint NOT NULL,
    downstream_part_key bigint NOT NULL,
    downstream_trace_id uuid NOT NULL,
    upstream_part_key bigint,
    upstream_trace_id uuid,
    created_at timestamp with time zone NOT NULL,
    linked_at timestamp with time zone,
    cancelled_at timestamp with time zone
);

ALTER TABLE ONLY commons.trades FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.ledger_consents WITH (security_invoker='true') AS
 SELECT c.consent_id AS of_subject,
    c.version AS of_version,
    c.operator_key AS of_reader,
    COALESCE(p.trace_id, t.upstream_trace_id) AS of_trace,
    NULL::uuid AS of_other_trace,
        CASE
            WHEN (c.superseded_at IS DISTINCT FROM ( SELECT n.created_at
               FROM commons.consents n
              WHERE ((n.consent_id = c.consent_id) AND (n.version = (c.version + 1))))) THEN 'superseded_at'::text
            ELSE NULL::text
        END AS of_fault,
    c.consent_id,
    c.version,
    c.part_key,
    c.consumer_key,
    c.kind,
    c.attributes,
    c.purpose,
    c.valid_from,
    c.valid_until,
    c.standing,
    c.state,
    c.decided_by,
    c.created_at,
    c.subject,
    c.trade_key,
    c.family_key,
    c.consumer,
    c.group_key,
    c.reason,
    c.policy
   FROM ((commons.consents c
     LEFT JOIN commons.parts p ON ((p.part_key = c.part_key)))
     LEFT JOIN commons.trades t ON ((t.trade_key = c.trade_key)));



CREATE VIEW commons.ledger_deliveries WITH (security_invoker='true') AS
 SELECT d.delivery_id AS of_subject,
    NULL::integer AS of_version,
    d.operator_key AS of_reader,
    t.downstream_trace_id AS of_trace,
    t.upstream_trace_id AS of_other_trace,
    NULL::text AS of_fault,
    d.delivery_id,
    t.trade_id,
    o.operator_id AS consumer_id,
    d.kind,
    d.payload,
    d.statement_id,
    d.statement_version,
    d.consent_id,
    d.consent_version,
    d.valid_until,
    d.withdrawn,
    d.delivered_at,
    d.purpose
   FROM ((commons.deliveries d
     JOIN commons.trades t ON ((t.trade_key = d.trade_key)))
     JOIN commons.operators o ON ((o.operator_key = d.operator_key)));



CREATE TABLE commons.ledger_entries (
    leaf_index bigint NOT NULL,
    fact_key bigint NOT NULL
);

ALTER TABLE ONLY commons.ledger_entries FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.ledger_facts (
    fact_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    parties bigint[] NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    subject_id uuid NOT NULL,
    version integer,
    actor text NOT NULL COLLATE pg_catalog."C",
    recorded_at timestamp with time zone NOT NULL,
    content text COLLATE pg_catalog."C",
    salt bytea,
    commitment bytea NOT NULL
);

ALTER TABLE ONLY commons.ledger_facts FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.ledger_facts ALTER COLUMN fact_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.ledger_facts_fact_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.ledger_heads (
    number bigint NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    note text NOT NULL COLLATE pg_catalog."C"
);



CREATE VIEW commons.ledger_inquiry_answers WITH (security_invoker='true') AS
 SELECT a.answer_id AS of_subject,
    NULL::integer AS of_version,
    h.to_key AS of_reader,
    NULL::uuid AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    a.answer_id,
    a.inquiry_id,
    a.thread_id,
    a.provider_id,
    a.kind,
    a.payload,
    a.purpose,
    a.valid_until,
    a.withdrawn,
    a.delivered_at
   FROM (commons.inquiry_answers a
     JOIN commons.inquiry_hops h ON ((h.hop_key = a.hop_key)));



CREATE TABLE commons.ledger_keys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    public_key bytea NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);



CREATE TABLE commons.ledger_kinds (
    kind text NOT NULL COLLATE pg_catalog."C",
    source text COLLATE pg_catalog."C"
);



CREATE TABLE commons.ledger_log (
    log_key integer DEFAULT 1 NOT NULL,
    origin text NOT NULL COLLATE pg_catalog."C",
    padding_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_ledger_log_log_key CHECK ((log_key = 1))
);



CREATE TABLE commons.ledger_queue (
    fact_key bigint NOT NULL
);

ALTER TABLE ONLY commons.ledger_queue FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.requests (
    request_key bigint NOT NULL,
    request_id uuid NOT NULL,
    trade_key bigint NOT NULL,
    downstream_key bigint NOT NULL,
    upstream_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'NOT_COMPLETED'::text NOT NULL COLLATE pg_catalog."C",
    period_from date,
    period_to date,
    message text COLLATE pg_catalog."C",
    reply_message text COLLATE pg_catalog."C",
    due_date date,
    customer_part jsonb NOT NULL,
    tree_terminated boolean DEFAULT false NOT NULL,
    completed_count integer DEFAULT 0 NOT NULL,
    completed_count_at timestamp with time zone NOT NULL,
    trades_count integer DEFAULT 1 NOT NULL,
    trades_count_at timestamp with time zone NOT NULL,
    review text COLLATE pg_catalog."C",
    review_reason text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_requests_review CHECK ((review = ANY (ARRAY['accepted'::text, 'queried'::text, 'returned'::text]))),
    CONSTRAINT ck_requests_state CHECK ((state = ANY (ARRAY['NOT_COMPLETED'::text, 'COMPLETED'::text, 'REJECT'::text, 'CANCEL'::text])))
);

ALTER TABLE ONLY commons.requests FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.ledger_requests WITH (security_invoker='true') AS
 SELECT r.request_id AS of_subject,
    NULL::integer AS of_version,
    r.downstream_key AS of_reader,
    t.downstream_trace_id AS of_trace,
    t.upstream_trace_id AS of_other_trace,
    NULL::text AS of_fault,
    r.request_id,
    t.trade_id,
    r.kind,
    r.state,
    r.period_from,
    r.period_to,
    r.message,
    r.reply_message,
    r.due_date,
    r.review,
    r.review_reason
   FROM (commons.requests r
     JOIN commons.trades t ON ((t.trade_key = r.trade_key)));



CREATE TABLE commons.shared_deliveries (
    delivery_key bigint NOT NULL,
    delivery_id uuid NOT NULL,
    provider_key bigint NOT NULL,
    audience text NOT NULL COLLATE pg_catalog."C",
    part_key bigint NOT NULL,
    trace_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    payload jsonb NOT NULL,
    statement_id uuid,
    statement_version integer,
    consent_id uuid NOT NULL,
    consent_version integer NOT NULL,
    purpose text NOT NULL COLLATE pg_catalog."C",
    valid_until timestamp with time zone,
    withdrawn boolean DEFAULT false NOT NULL,
    delivered_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone,
    CONSTRAINT ck_shared_deliveries_audience CHECK ((audience = ANY (ARRAY['members'::text, 'public'::text])))
);

ALTER TABLE ONLY commons.shared_deliveries FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.ledger_shared_deliveries WITH (security_invoker='true') AS
 SELECT delivery_id AS of_subject,
    NULL::integer AS of_version,
    provider_key AS of_reader,
    trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    delivery_id,
    audience,
    trace_id,
    kind,
    payload,
    statement_id,
    statement_version,
    consent_id,
    consent_version,
    purpose,
    valid_until,
    withdrawn,
    delivered_at
   FROM commons.shared_deliveries d;



CREATE TABLE commons.ledger_tiles (
    level integer NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL
);



CREATE VIEW commons.ledger_trades WITH (security_invoker='true') AS
 SELECT t.trade_id AS of_subject,
    NULL::integer AS of_version,
    t.downstream_key AS of_reader,
    t.downstream_trace_id AS of_trace,
    t.upstream_trace_id AS of_other_trace,
    NULL::text AS of_fault,
    t.trade_id,
    d.operator_id AS downstream_operator_id,
    u.operator_id AS upstream_operator_id,
    t.downstream_trace_id,
    t.upstream_trace_id,
    (t.cancelled_at IS NOT NULL) AS cancelled
   FROM ((commons.trades t
     JOIN commons.operators d ON ((d.operator_key = t.downstream_key)))
     JOIN commons.operators u ON ((u.operator_key = t.upstream_key)));



CREATE TABLE commons.structure_lines (
    structure_key bigint NOT NULL,
    "position" integer NOT NULL,
    operator_key bigint NOT NULL,
    child_key bigint NOT NULL,
    amount numeric NOT NULL,
    unit text NOT NULL COLLATE pg_catalog."C",
    base_quantity numeric NOT NULL,
    sourcing text NOT NULL COLLATE pg_catalog."C",
    counted_by text DEFAULT 'customer'::text NOT NULL COLLATE pg_catalog."C",
    phantom boolean DEFAULT false NOT NULL,
    alternative_group text COLLATE pg_catalog."C",
    usage_share numeric,
    CONSTRAINT ck_structure_lines_amount CHECK (((amount >= (0)::numeric) AND (base_quantity > (0)::numeric))),
    CONSTRAINT ck_structure_lines_counted_by CHECK ((counted_by = ANY (ARRAY['customer'::text, 'supplier'::text]))),
    CONSTRAINT ck_structure_lines_sourcing CHECK ((sourcing = ANY (ARRAY['made'::text, 'bought'::text, 'consigned_free'::text, 'consigned_paid'::text])))
);

ALTER TABLE ONLY commons.structure_lines FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.uses (
    parent_key bigint NOT NULL,
    child_key bigint NOT NULL,
    operator_key bigint NOT NULL
);

ALTER TABLE ONLY commons.uses FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.lines_in_force WITH (security_invoker='true') AS
 SELECT l.operator_key,
    u.parent_key,
    l.structure_key,
    l."position",
    l.child_key,
    l.amount,
    l.unit,
    l.base_quantity,
    l.sourcing,
    l.counted_by,
    l.phantom,
    l.alternative_group,
    l.usage_share
   FROM ((commons.uses u
     JOIN commons.parts p ON ((p.part_key = u.parent_key)))
     JOIN commons.structure_lines l ON (((l.structure_key = p.structure_key) AND (l.child_key = u.child_key))))
  WHERE (p.deleted_at IS NULL);



CREATE TABLE commons.mappings (
    mapping_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    content jsonb NOT NULL,
    removed boolean DEFAULT false NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.mappings FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.mappings ALTER COLUMN mapping_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.mappings_mapping_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.memberships (
    membership_key bigint NOT NULL,
    account_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    role text NOT NULL COLLATE pg_catalog."C",
    mandate text COLLATE pg_catalog."C",
    valid_until timestamp with time zone,
    granted_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT ck_memberships_role CHECK ((role = ANY (ARRAY['admin'::text, 'editor'::text, 'approver'::text, 'viewer'::text])))
);



ALTER TABLE commons.memberships ALTER COLUMN membership_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.memberships_membership_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.notifications (
    notification_key bigint NOT NULL,
    notification_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    sender_key bigint NOT NULL,
    type text NOT NULL COLLATE pg_catalog."C",
    trade_key bigint,
    request_key bigint,
    notified_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    further_trades bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    part_key bigint,
    further_parts integer DEFAULT 0 NOT NULL
);

ALTER TABLE ONLY commons.notifications FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.notifications ALTER COLUMN notification_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.notifications_notification_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.openid_subjects (
    subject_key bigint NOT NULL,
    account_key bigint NOT NULL,
    issuer text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    bound_at timestamp with time zone NOT NULL
);



ALTER TABLE commons.openid_subjects ALTER COLUMN subject_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.openid_subjects_subject_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE commons.operators ALTER COLUMN operator_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.operators_operator_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.plants (
    plant_key bigint NOT NULL,
    plant_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    open_plant_id text NOT NULL COLLATE pg_catalog."C",
    global_plant_id text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.plants FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.own_parts WITH (security_invoker='true') AS
 SELECT p.operator_key,
    p.part_key,
    p.trace_id,
    q.plant_id,
    p.name,
    p.support_name,
    p.terminated,
    p.unit,
    p.label,
    p.info1,
    p.info2,
    p.info3,
    p.mass_kg_per_unit,
    p.density_kg_per_liter,
    p.structure_key,
    p.created_at,
    p.updated_at,
    (EXISTS ( SELECT
           FROM commons.uses u
          WHERE ((u.child_key = p.part_key) AND (u.operator_key = p.operator_key)))) AS is_child,
    (p.xmin)::text AS version
   FROM (commons.parts p
     JOIN commons.plants q ON ((q.plant_key = p.plant_key)))
  WHERE (p.deleted_at IS NULL);



CREATE VIEW commons.part_cards WITH (security_invoker='true') AS
 SELECT p.part_key,
    p.operator_key,
    p.trace_id,
    p.terminated,
    p.structure_key,
    jsonb_build_object('trace_id', p.trace_id, 'operator_id', o.operator_id, 'plant_id', q.plant_id, 'name', p.name, 'support_name', p.support_name, 'terminated', p.terminated, 'unit', p.unit, 'label', p.label, 'info1', p.info1, 'info2', p.info2, 'info3', p.info3) AS card
   FROM ((commons.parts p
     JOIN commons.plants q ON ((q.plant_key = p.plant_key)))
     JOIN commons.operators o ON ((o.operator_key = p.operator_key)))
  WHERE (p.deleted_at IS NULL);



CREATE TABLE commons.part_counts (
    operator_key bigint NOT NULL,
    parts bigint NOT NULL
);

ALTER TABLE ONLY commons.part_counts FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.part_numbers (
    part_number_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    partner_key bigint,
    number text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.part_numbers FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.part_numbers ALTER COLUMN part_number_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.part_numbers_part_number_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE commons.parts ALTER COLUMN part_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.parts_part_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.passkeys (
    passkey_key bigint NOT NULL,
    passkey_id uuid NOT NULL,
    account_key bigint NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);



ALTER TABLE commons.passkeys ALTER COLUMN passkey_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.passkeys_passkey_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE commons.plants ALTER COLUMN plant_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.plants_plant_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE UNLOGGED TABLE commons.rates (
    name text NOT NULL COLLATE pg_catalog."C",
    level double precision NOT NULL,
    counted_at timestamp with time zone NOT NULL
);



CREATE TABLE commons.refresh_tokens (
    token_hash bytea NOT NULL,
    family_id uuid NOT NULL,
    account_key bigint NOT NULL,
    operator_key bigint,
    kind text NOT NULL COLLATE pg_catalog."C",
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT ck_refresh_tokens_kind CHECK ((kind = ANY (ARRAY['rotating'::text, 'ouranos'::text])))
);



CREATE TABLE commons.registrations (
    registration_key bigint NOT NULL,
    registration_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    account_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    country text NOT NULL COLLATE pg_catalog."C",
    open_operator_id text NOT NULL COLLATE pg_catalog."C",
    stated_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by text COLLATE pg_catalog."C",
    outcome text COLLATE pg_catalog."C",
    CONSTRAINT ck_registrations_outcome CHECK ((outcome = ANY (ARRAY['approved'::text, 'refused'::text])))
);



ALTER TABLE commons.registrations ALTER COLUMN registration_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.registrations_registration_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE VIEW commons.request_ids WITH (security_invoker='true') AS
 SELECT request_key,
    request_id,
    trade_key,
    downstream_key,
    upstream_key
   FROM commons.requests;



CREATE TABLE commons.request_messages (
    request_message_key bigint NOT NULL,
    request_key bigint NOT NULL,
    downstream_key bigint NOT NULL,
    upstream_key bigint NOT NULL,
    sender_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    text text NOT NULL COLLATE pg_catalog."C",
    sent_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_request_messages_kind CHECK ((kind = ANY (ARRAY['message'::text, 'reply'::text, 'reject'::text, 'query'::text, 'return'::text, 'accept'::text])))
);

ALTER TABLE ONLY commons.request_messages FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.request_messages ALTER COLUMN request_message_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.request_messages_request_message_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE VIEW commons.request_versions WITH (security_invoker='true') AS
 SELECT downstream_key,
    trade_key,
    kind,
    request_key,
    (xmin)::text AS version
   FROM commons.requests
  WHERE (state <> 'CANCEL'::text);



ALTER TABLE commons.requests ALTER COLUMN request_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.requests_request_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.sealed_secrets (
    name text NOT NULL COLLATE pg_catalog."C",
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);



CREATE TABLE commons.second_factors (
    account_key bigint NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint NOT NULL,
    wrong integer NOT NULL,
    locked_until timestamp with time zone
);



CREATE TABLE commons.selection_members (
    selection_key bigint NOT NULL,
    member_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    added_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone
);

ALTER TABLE ONLY commons.selection_members FORCE ROW LEVEL SECURITY;



CREATE TABLE commons.selections (
    selection_key bigint NOT NULL,
    selection_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    sort text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT ck_selections_sort CHECK ((sort = ANY (ARRAY['group'::text, 'family'::text])))
);

ALTER TABLE ONLY commons.selections FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.selections ALTER COLUMN selection_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.selections_selection_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.trade_shares (
    trade_share_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    trade_key bigint NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    share numeric NOT NULL,
    purchased_quantity numeric,
    quantity_unit text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone,
    CONSTRAINT ck_trade_shares_share CHECK (((share >= (0)::numeric) AND (share <= (1)::numeric)))
);

ALTER TABLE ONLY commons.trade_shares FORCE ROW LEVEL SECURITY;



CREATE VIEW commons.share_versions WITH (security_invoker='true') AS
 SELECT operator_key,
    trade_key,
    trade_share_key,
    valid_from,
    valid_to
   FROM commons.trade_shares
  WHERE (superseded_at IS NULL);



ALTER TABLE commons.shared_deliveries ALTER COLUMN delivery_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.shared_deliveries_delivery_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.signing_keys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    private_key bytea NOT NULL,
    public_jwk jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);



CREATE TABLE commons.structures (
    structure_key bigint NOT NULL,
    structure_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    version integer NOT NULL,
    effective_from date NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY commons.structures FORCE ROW LEVEL SECURITY;



ALTER TABLE commons.structures ALTER COLUMN structure_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.structures_structure_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE commons.terms (
    terms_key bigint NOT NULL,
    terms_id uuid NOT NULL,
    version text NOT NULL COLLATE pg_catalog."C",
    ja text NOT NULL COLLATE pg_catalog."C",
    en text NOT NULL COLLATE pg_catalog."C",
    in_force_from timestamp with time zone NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);



CREATE TABLE commons.terms_acceptances (
    acceptance_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    terms_key bigint NOT NULL,
    accepted_by text NOT NULL COLLATE pg_catalog."C",
    accepted_at timestamp with time zone NOT NULL
);



ALTER TABLE commons.terms_acceptances ALTER COLUMN acceptance_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.terms_acceptances_acceptance_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE commons.terms ALTER COLUMN terms_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.terms_terms_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE VIEW commons.trade_relations WITH (security_invoker='true') AS
 SELECT t.trade_key,
    t.trade_id,
    t.downstream_key,
    t.upstream_key,
    t.downstream_trace_id,
    t.upstream_trace_id,
    d.operator_id AS downstream_operator_id,
    u.operator_id AS upstream_operator_id,
    t.downstream_part_key,
    t.upstream_part_key
   FROM ((commons.trades t
     JOIN commons.operators d ON ((d.operator_key = t.downstream_key)))
     JOIN commons.operators u ON ((u.operator_key = t.upstream_key)));



ALTER TABLE commons.trade_shares ALTER COLUMN trade_share_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.trade_shares_trade_share_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE VIEW commons.trade_versions WITH (security_invoker='true') AS
 SELECT downstream_key,
    downstream_part_key,
    trade_key,
    (xmin)::text AS version
   FROM commons.trades
  WHERE (cancelled_at IS NULL);



ALTER TABLE commons.trades ALTER COLUMN trade_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.trades_trade_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.certificate_files (
    certificate_key bigint NOT NULL,
    file_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    file_id uuid NOT NULL
);

ALTER TABLE ONLY footprint.certificate_files FORCE ROW LEVEL SECURITY;



CREATE TABLE footprint.certificates (
    certificate_key bigint NOT NULL,
    certificate_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    description text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone
);

ALTER TABLE ONLY footprint.certificates FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.certificates ALTER COLUMN certificate_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.certificates_certificate_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.declaration_evidence (
    declaration_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    declaration_id uuid NOT NULL,
    check_id uuid NOT NULL,
    content bytea NOT NULL,
    sha256 bytea NOT NULL
);

ALTER TABLE ONLY footprint.declaration_evidence FORCE ROW LEVEL SECURITY;



CREATE TABLE footprint.declarations (
    declaration_key bigint NOT NULL,
    declaration_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    statement_key bigint NOT NULL,
    trace_id uuid NOT NULL,
    plant_id uuid NOT NULL,
    rule_set text NOT NULL COLLATE pg_catalog."C",
    period_from date NOT NULL,
    period_to date NOT NULL,
    reference text COLLATE pg_catalog."C",
    filed_by text NOT NULL COLLATE pg_catalog."C",
    filed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY footprint.declarations FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.declarations ALTER COLUMN declaration_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.declarations_declaration_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.engagement_evidence (
    engagement_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    verifier_key bigint NOT NULL,
    content bytea NOT NULL
);

ALTER TABLE ONLY footprint.engagement_evidence FORCE ROW LEVEL SECURITY;



CREATE TABLE footprint.engagement_reads (
    read_key bigint NOT NULL,
    engagement_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    verifier_key bigint NOT NULL,
    what text NOT NULL COLLATE pg_catalog."C",
    door text NOT NULL COLLATE pg_catalog."C",
    reader text NOT NULL COLLATE pg_catalog."C",
    read_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY footprint.engagement_reads FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.engagement_reads ALTER COLUMN read_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.engagement_reads_read_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.engagements (
    engagement_key bigint NOT NULL,
    engagement_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    verifier_key bigint NOT NULL,
    declaration_key bigint NOT NULL,
    declaration_id uuid NOT NULL,
    trace_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    version integer NOT NULL,
    evidence_sha256 bytea NOT NULL,
    copy_sha256 bytea NOT NULL,
    message text COLLATE pg_catalog."C",
    state text DEFAULT 'offered'::text NOT NULL COLLATE pg_catalog."C",
    valid_until timestamp with time zone NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT ck_engagements_state CHECK ((state = ANY (ARRAY['offered'::text, 'accepted'::text, 'declined'::text, 'ended'::text, 'concluded'::text])))
);

ALTER TABLE ONLY footprint.engagements FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.engagements ALTER COLUMN engagement_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.engagements_engagement_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.estimates (
    estimate_key bigint NOT NULL,
    estimate_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    trade_key bigint,
    declared_unit text NOT NULL COLLATE pg_catalog."C",
    stages jsonb NOT NULL,
    quality jsonb NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone
);

ALTER TABLE ONLY footprint.estimates FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.estimates ALTER COLUMN estimate_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.estimates_estimate_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.factor_seats (
    seat_key bigint NOT NULL,
    seat_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    licence_number text NOT NULL COLLATE pg_catalog."C",
    account_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY footprint.factor_seats FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.factor_seats ALTER COLUMN seat_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.factor_seats_seat_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.factor_sets (
    set_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    title_en text NOT NULL COLLATE pg_catalog."C",
    title_ja text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    licence text NOT NULL COLLATE pg_catalog."C",
    attribution text NOT NULL COLLATE pg_catalog."C",
    gwp_set text NOT NULL COLLATE pg_catalog."C",
    period_from date NOT NULL,
    period_to date NOT NULL,
    note text NOT NULL COLLATE pg_catalog."C",
    factors integer NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    restricted boolean DEFAULT false NOT NULL,
    lent_by_key bigint,
    loan_id uuid,
    valid_until date,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY footprint.factor_sets FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.factor_sets ALTER COLUMN set_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.factor_sets_set_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.factor_uses (
    use_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    account_id uuid NOT NULL,
    what text NOT NULL COLLATE pg_catalog."C",
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    times integer NOT NULL
);

ALTER TABLE ONLY footprint.factor_uses FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.factor_uses ALTER COLUMN use_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.factor_uses_use_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.factors (
    factor_key bigint NOT NULL,
    set_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    factor_id text NOT NULL COLLATE pg_catalog."C",
    name_en text NOT NULL COLLATE pg_catalog."C",
    name_ja text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    scope text NOT NULL COLLATE pg_catalog."C",
    mix text COLLATE pg_catalog."C",
    value numeric NOT NULL,
    unit text NOT NULL COLLATE pg_catalog."C",
    region text NOT NULL COLLATE pg_catalog."C",
    year integer,
    price_year integer,
    family text NOT NULL COLLATE pg_catalog."C",
    upstream text COLLATE pg_catalog."C",
    energy_mj_per_unit numeric,
    proxy_of text NOT NULL COLLATE pg_catalog."C",
    tags text NOT NULL COLLATE pg_catalog."C",
    note text NOT NULL COLLATE pg_catalog."C",
    search text NOT NULL COLLATE pg_catalog."C",
    lent_by_key bigint,
    gwp_set text COLLATE pg_catalog."C"
);

ALTER TABLE ONLY footprint.factors FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.factors ALTER COLUMN factor_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.factors_factor_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.findings (
    finding_key bigint NOT NULL,
    finding_id uuid NOT NULL,
    engagement_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    verifier_key bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    pointer text NOT NULL COLLATE pg_catalog."C",
    text text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'open'::text NOT NULL COLLATE pg_catalog."C",
    reply text COLLATE pg_catalog."C",
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    replied_at timestamp with time zone,
    closed_at timestamp with time zone,
    CONSTRAINT ck_findings_kind CHECK ((kind = ANY (ARRAY['question'::text, 'observation'::text, 'nonconformity'::text]))),
    CONSTRAINT ck_findings_state CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'closed'::text])))
);

ALTER TABLE ONLY footprint.findings FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.findings ALTER COLUMN finding_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.findings_finding_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.updates (
    update_key bigint NOT NULL,
    update_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    trade_key bigint,
    base_statement_id uuid NOT NULL,
    mode text NOT NULL COLLATE pg_catalog."C",
    in_force jsonb NOT NULL,
    coverage_direct numeric NOT NULL,
    coverage_deep numeric NOT NULL,
    structure_key bigint,
    causes jsonb NOT NULL,
    due date,
    state text DEFAULT 'waiting'::text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by text COLLATE pg_catalog."C",
    CONSTRAINT ck_updates_state CHECK ((state = ANY (ARRAY['waiting'::text, 'published'::text, 'refused'::text, 'superseded'::text])))
);

ALTER TABLE ONLY footprint.updates FORCE ROW LEVEL SECURITY;



CREATE VIEW footprint.ledger_approvals WITH (security_invoker='true') AS
 SELECT u.update_id AS of_subject,
    NULL::integer AS of_version,
    u.operator_key AS of_reader,
    p.trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    u.update_id,
    u.state,
    u.decided_by,
    u.decided_at
   FROM (footprint.updates u
     JOIN commons.parts p ON ((p.part_key = u.part_key)))
  WHERE (u.state = ANY (ARRAY['published'::text, 'refused'::text]));



CREATE VIEW footprint.ledger_certificates WITH (security_invoker='true') AS
 SELECT c.certificate_id AS of_subject,
    NULL::integer AS of_version,
    c.operator_key AS of_reader,
    p.trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    c.certificate_id,
    p.trace_id,
    c.description,
    (c.deleted_at IS NOT NULL) AS deleted,
    COALESCE(( SELECT jsonb_agg(jsonb_build_object('file_id', f.file_id, 'name', f.name) ORDER BY f."position") AS jsonb_agg
           FROM footprint.certificate_files f
          WHERE (f.certificate_key = c.certificate_key)), '[]'::jsonb) AS files
   FROM (footprint.certificates c
     JOIN commons.parts p ON ((p.part_key = c.part_key)));



CREATE TABLE footprint.statements (
    statement_key bigint NOT NULL,
    statement_id uuid NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    trade_key bigint,
    cfp_id uuid NOT NULL,
    version integer NOT NULL,
    declared_unit text NOT NULL COLLATE pg_catalog."C",
    component_scope text NOT NULL COLLATE pg_catalog."C",
    declared jsonb NOT NULL,
    in_force jsonb NOT NULL,
    quality jsonb NOT NULL,
    method jsonb NOT NULL,
    coverage_direct numeric NOT NULL,
    coverage_deep numeric NOT NULL,
    structure_key bigint,
    period_from date,
    period_to date,
    causes jsonb NOT NULL,
    automatic boolean DEFAULT false NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone,
    CONSTRAINT ck_statements_component_scope CHECK ((component_scope = ANY (ARRAY['rest'::text, 'whole'::text])))
);

ALTER TABLE ONLY footprint.statements FORCE ROW LEVEL SECURITY;



CREATE VIEW footprint.ledger_declarations WITH (security_invoker='true') AS
 SELECT d.declaration_id AS of_subject,
    NULL::integer AS of_version,
    d.operator_key AS of_reader,
    d.trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    d.declaration_id,
    d.trace_id,
    d.plant_id,
    s.statement_id,
    s.version,
    d.rule_set,
    d.period_from,
    d.period_to,
    d.reference,
    d.filed_by,
    d.filed_at,
    encode(sha256(e.content), 'hex'::text) AS evidence_sha256
   FROM ((footprint.declarations d
     JOIN footprint.statements s ON ((s.statement_key = d.statement_key)))
     LEFT JOIN footprint.declaration_evidence e ON ((e.declaration_key = d.declaration_key)));



CREATE VIEW footprint.ledger_engagements WITH (security_invoker='true') AS
 SELECT e.engagement_id AS of_subject,
    NULL::integer AS of_version,
    e.operator_key AS of_reader,
    e.trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    e.engagement_id,
    e.declaration_id,
    v.operator_id AS verifier_id,
    e.version,
    encode(e.evidence_sha256, 'hex'::text) AS evidence_sha256,
    encode(sha256(c.content), 'hex'::text) AS copy_sha256,
    e.message,
    e.valid_until,
    e.created_at
   FROM ((footprint.engagements e
     JOIN footprint.engagement_evidence c ON ((c.engagement_key = e.engagement_key)))
     JOIN commons.operators v ON ((v.operator_key = e.verifier_key)))
  WHERE (e.operator_key = commons.me());



CREATE VIEW footprint.ledger_statements WITH (security_invoker='true') AS
 SELECT s.statement_id AS of_subject,
    s.version AS of_version,
    s.operator_key AS of_reader,
    p.trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
        CASE
            WHEN (s.superseded_at IS DISTINCT FROM COALESCE(( SELECT n.created_at
               FROM footprint.statements n
              WHERE ((n.part_key = s.part_key) AND (NOT (n.trade_key IS DISTINCT FROM s.trade_key)) AND (n.version = (s.version + 1)))),
            CASE
                WHEN (p.deleted_at IS NOT NULL) THEN s.superseded_at
                ELSE NULL::timestamp with time zone
            END)) THEN 'superseded_at'::text
            ELSE NULL::text
        END AS of_fault,
    s.statement_id,
    p.trace_id,
    s.trade_key,
    s.cfp_id,
    s.version,
    s.declared_unit,
    s.component_scope,
    s.declared,
    s.in_force,
    s.quality,
    s.method,
    s.coverage_direct,
    s.coverage_deep,
    s.structure_key,
    s.period_from,
    s.period_to,
    s.causes,
    s.automatic,
    s.created_by,
    s.created_at
   FROM (footprint.statements s
     JOIN commons.parts p ON ((p.part_key = s.part_key)));



CREATE TABLE footprint.verifications (
    verification_key bigint NOT NULL,
    verification_id uuid NOT NULL,
    engagement_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    verifier_key bigint NOT NULL,
    declaration_id uuid NOT NULL,
    trace_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    version integer NOT NULL,
    evidence_sha256 bytea NOT NULL,
    verdict text NOT NULL COLLATE pg_catalog."C",
    assurance text NOT NULL COLLATE pg_catalog."C",
    standard text NOT NULL COLLATE pg_catalog."C",
    scope text NOT NULL COLLATE pg_catalog."C",
    accreditation text NOT NULL COLLATE pg_catalog."C",
    opinion text NOT NULL COLLATE pg_catalog."C",
    concluded_by text NOT NULL COLLATE pg_catalog."C",
    concluded_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_verifications_assurance CHECK ((assurance = ANY (ARRAY['limited'::text, 'reasonable'::text]))),
    CONSTRAINT ck_verifications_verdict CHECK ((verdict = ANY (ARRAY['verified'::text, 'rejected'::text])))
);

ALTER TABLE ONLY footprint.verifications FORCE ROW LEVEL SECURITY;



CREATE VIEW footprint.ledger_verifications WITH (security_invoker='true') AS
 SELECT verification_id AS of_subject,
    NULL::integer AS of_version,
    verifier_key AS of_reader,
    trace_id AS of_trace,
    NULL::uuid AS of_other_trace,
    NULL::text AS of_fault,
    verification_id,
    declaration_id,
    statement_id,
    version,
    encode(evidence_sha256, 'hex'::text) AS evidence_sha256,
    verdict,
    assurance,
    standard,
    scope,
    accreditation,
    opinion,
    concluded_at
   FROM footprint.verifications w
  WHERE (verifier_key = commons.me());



CREATE TABLE footprint.proposals (
    proposal_key bigint NOT NULL,
    proposal_id uuid NOT NULL,
    trade_key bigint NOT NULL,
    downstream_key bigint NOT NULL,
    upstream_key bigint NOT NULL,
    declared_unit text NOT NULL COLLATE pg_catalog."C",
    stages jsonb NOT NULL,
    quality jsonb NOT NULL,
    state text DEFAULT 'unconfirmed'::text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT ck_proposals_state CHECK ((state = ANY (ARRAY['unconfirmed'::text, 'confirmed'::text, 'replaced'::text])))
);

ALTER TABLE ONLY footprint.proposals FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.proposals ALTER COLUMN proposal_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.proposals_proposal_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.renewal_reminders (
    part_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    period_to date NOT NULL,
    told_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY footprint.renewal_reminders FORCE ROW LEVEL SECURITY;



CREATE SEQUENCE footprint.renewal_reminders_part_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE footprint.renewal_reminders_part_key_seq OWNED BY footprint.renewal_reminders.part_key;



CREATE TABLE footprint.sheets (
    sheet_key bigint NOT NULL,
    sheet_id uuid NOT NULL,
    version integer NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    trade_key bigint,
    period_from date NOT NULL,
    period_to date NOT NULL,
    content jsonb NOT NULL,
    result jsonb NOT NULL,
    statement_id uuid,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone
);

ALTER TABLE ONLY footprint.sheets FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.sheets ALTER COLUMN sheet_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.sheets_sheet_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE footprint.statements ALTER COLUMN statement_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.statements_statement_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE footprint.unsettled (
    trade_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    since timestamp with time zone NOT NULL
);

ALTER TABLE ONLY footprint.unsettled FORCE ROW LEVEL SECURITY;



CREATE SEQUENCE footprint.unsettled_trade_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;



ALTER SEQUENCE footprint.unsettled_trade_key_seq OWNED BY footprint.unsettled.trade_key;



CREATE TABLE footprint.update_policies (
    policy_key bigint NOT NULL,
    operator_key bigint NOT NULL,
    part_key bigint NOT NULL,
    mode text NOT NULL COLLATE pg_catalog."C",
    threshold numeric,
    first_month integer NOT NULL,
    created_by text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    superseded_at timestamp with time zone,
    CONSTRAINT ck_update_policies_mode CHECK ((mode = ANY (ARRAY['at_once'::text, 'monthly'::text, 'yearly'::text, 'threshold'::text, 'review'::text])))
);

ALTER TABLE ONLY footprint.update_policies FORCE ROW LEVEL SECURITY;



ALTER TABLE footprint.update_policies ALTER COLUMN policy_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.update_policies_policy_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE footprint.updates ALTER COLUMN update_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.updates_update_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE footprint.verifications ALTER COLUMN verification_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.verifications_verification_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



ALTER TABLE ONLY footprint.renewal_reminders ALTER COLUMN part_key SET DEFAULT nextval('footprint.renewal_reminders_part_key_seq'::regclass);



ALTER TABLE ONLY footprint.unsettled ALTER COLUMN trade_key SET DEFAULT nextval('footprint.unsettled_trade_key_seq'::regclass);



INSERT INTO commons.access_log VALUES
	(1, '2026-11-27 13:20:25.015111+00', 'key_changed', NULL, NULL, NULL, 'cli', 'fault: added'),
	(2, '2026-11-27 13:20:31.914891+00', 'signed_in', 1, 1, '127.0.0.1', NULL, NULL),
	(3, '2026-11-27 13:20:31.966855+00', 'signed_in', 2, 2, '127.0.0.1', NULL, NULL),
	(4, '2026-11-27 13:20:32.043813+00', 'signed_in', 1, 1, '127.0.0.1', NULL, NULL),
	(5, '2026-11-27 13:20:32.079888+00', 'signed_in', 2, 2, '127.0.0.1', NULL, NULL),
	(6, '2026-11-27 13:20:33.7836+00', 'signed_in', 1, 1, '127.0.0.1', NULL, NULL),
	(7, '2026-11-27 13:20:33.81932+00', 'signed_in', 2, 2, '127.0.0.1', NULL, NULL);






INSERT INTO commons.accounts VALUES
	(1, '9b5f8fad-8f71-42c6-999e-b65a1c4984b5', 'f0001@example.com', '$argon2id$v=19$m=19456,t=2,p=1$t7AYePcx74bWtuMJkZXUNA$zl4SLxTG63XIKk1Is7X0QVzC/BERuxgLcrkFxylYPl8', false, 'active', 0, NULL, '2026-11-27 13:20:23.252412+00', '2026-11-27 13:20:23.252412+00'),
	(2, '4c371e88-2a6e-49df-8aba-5f35a628b423', 'f0002@example.com', '$argon2id$v=19$m=19456,t=2,p=1$2664dAxJl4C9Soeh8wtvwQ$6gzR4aOznbCAzDoJT/SlPN3AboyqWVG7u/4eF9yjSc8', false, 'active', 0, NULL, '2026-11-27 13:20:28.415541+00', '2026-11-27 13:20:28.415541+00');



INSERT INTO commons.alembic_version VALUES
	('commons_0027'),
	('footprint_0011_renewals');






INSERT INTO commons.api_key_networks VALUES
	(1, '127.0.0.0/8');






INSERT INTO commons.api_keys VALUES
	(1, 'fd6d043f-2b60-40b5-891f-831929e97954', 'fault', 'Application', '\x43bf88efc6f19958feed40a6c371a0a8a672b55814736b06046b18fa99af3855', true, 'rest', 'active', '2026-11-27 13:20:25.015111+00');



INSERT INTO commons.consents VALUES
	(1, '773e48e1-f7d7-4835-accd-ebe2c95556d3', 1, 2, 1, 5, 'CFP', '{quality,total}', 'CFP answer', '2026-11-27 13:20:32.214596+00', NULL, true, 'granted', 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.214596+00', NULL, 'part', NULL, NULL, 'company', NULL, NULL, NULL, NULL);






INSERT INTO commons.deliveries VALUES
	(1, '83b7b240-804b-4a34-af68-c2129735c6d0', 1, 2, 1, 'CFP', '{"total": {"unit": "kilogram", "stages": {"production": 10, "raw_material": 1.5}, "coverage_deep": 0}, "quality": {"stages": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}}', '07af15b9-d4f2-4879-b9d2-6caa7d081af1', 1, '773e48e1-f7d7-4835-accd-ebe2c95556d3', 1, NULL, false, '2026-11-27 13:20:32.214596+00', 'CFP answer');



INSERT INTO commons.delivery_reads VALUES
	(1, '0c86d1ec-bf7a-4481-92ff-25a99646a8e9', 2, 1, 1, 'ouranos', 'person', '2026-11-27 13:20:33.862602+00', '2026-11-27 13:20:33.862602+00', 1),
	(2, '0fdc281c-e4af-4325-9c5a-befb448ee458', 2, 1, 1, 'v1', 'person', '2026-11-27 13:20:34.608248+00', '2026-11-27 13:20:34.85148+00', 7);






INSERT INTO commons.duties VALUES
	('events', 1, 'vm:29126', '2026-11-27 13:20:33.623114+00'),
	('timers', 1, 'vm:29126', '2026-11-27 13:20:33.628456+00'),
	('ledger', 1, 'vm:29126', '2026-11-27 13:20:33.63068+00');






INSERT INTO commons.event_readers VALUES
	('worker', '846', 28, '2026-11-27 13:20:33.680012+00');



INSERT INTO commons.events VALUES
	(1, '876e0fbf-f630-4b4a-94de-4c9daa361d8c', 1, 1, 'jp.renkei.plant.changed.v1', '8471bcd2-5fd1-43f2-b9e0-c0d0a2101633', '{}', '6e8588d1-11c4-4290-b977-cfa41033482a', '821', '821', '2026-11-27 13:20:31.979371+00'),
	(2, '691807a0-f194-4ab9-b20b-f9852890a285', 2, 2, 'jp.renkei.plant.changed.v1', '9bb8944a-e51c-4b96-8f31-9df21fa1d9e5', '{}', '7073713c-10fd-4a42-a25d-4a8aa27496ef', '823', '823', '2026-11-27 13:20:31.985395+00'),
	(3, 'd2424122-cce7-43d5-b560-1a4a2c5ac72a', 1, 1, 'jp.renkei.structure.changed.v1', 'ed91be45-d40d-438e-b13c-8f4eb3a7688f', '{"part": 1}', '81cab677-6ca6-47b9-9625-bceac444e3d6', '831', '831', '2026-11-27 13:20:32.093286+00'),
	(4, '1a0b6b49-bc86-4de5-b061-189d58cd11e0', 2, 2, 'jp.renkei.structure.changed.v1', '25bd9071-ed0b-411a-bf52-00abf3cb2650', '{"part": 5}', '72561218-0e84-47c9-8be7-d23a408e22e8', '832', '832', '2026-11-27 13:20:32.105975+00'),
	(5, '239fd7dd-a3f9-4e40-b32f-29ce2c632e73', 1, 1, 'jp.renkei.request.created.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', 'cb2ac2dd-ef3f-4622-b341-e3c11bf16df7', '833', '833', '2026-11-27 13:20:32.114013+00'),
	(6, '7ccb9e1e-abb0-411b-a52e-8957165f6194', 1, 2, 'jp.renkei.request.created.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', 'cb2ac2dd-ef3f-4622-b341-e3c11bf16df7', '833', '833', '2026-11-27 13:20:32.114013+00'),
	(7, '4275ce4c-5bc7-40ce-a5f1-f4c9cc6bb86e', 1, 1, 'jp.renkei.request.created.v1', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', '{"trade": 2}', '6843a7d9-7fb7-4e73-a6a7-1401bddbc83e', '834', '834', '2026-11-27 13:20:32.128145+00'),
	(8, '8861f04c-a677-42e5-8d84-b9893b50a560', 1, 2, 'jp.renkei.request.created.v1', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', '{"trade": 2}', '6843a7d9-7fb7-4e73-a6a7-1401bddbc83e', '834', '834', '2026-11-27 13:20:32.128145+00'),
	(9, 'f712b1e1-d039-4f1a-93ba-0fb70aa3f326', 2, 2, 'jp.renkei.request.linked.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', '8e633e20-9698-43c3-adee-0e24c9d3465d', '835', '835', '2026-11-27 13:20:32.139431+00'),
	(10, 'bc728945-982c-4c68-88ab-245081b99ce5', 2, 1, 'jp.renkei.request.linked.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', '8e633e20-9698-43c3-adee-0e24c9d3465d', '835', '835', '2026-11-27 13:20:32.139431+00'),
	(11, 'be95cf5a-1814-4d04-97cb-92205bed545a', 2, 2, 'jp.renkei.footprint.stated.v1', '07af15b9-d4f2-4879-b9d2-6caa7d081af1', '{"part": 5, "version": 1}', 'ec022ddb-876b-45c3-b719-0310f4905d3c', '837', '837', '2026-11-27 13:20:32.166184+00'),
	(12, 'd78c60df-11b6-4c87-8efd-407b52ccf55b', 2, 2, 'jp.renkei.request.answered.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', 'ec022ddb-876b-45c3-b719-0310f4905d3c', '837', '837', '2026-11-27 13:20:32.166184+00'),
	(13, 'a321f92a-fe22-4e6e-92e3-14fcc73cbd4a', 2, 1, 'jp.renkei.request.answered.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', 'ec022ddb-876b-45c3-b719-0310f4905d3c', '837', '837', '2026-11-27 13:20:32.166184+00'),
	(14, '11f32501-8bcb-4169-85da-702ee240bef1', 2, 1, 'jp.renkei.chain.changed.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"hops": 1, "part": 2}', 'ec022ddb-876b-45c3-b719-0310f4905d3c', '837', '837', '2026-11-27 13:20:32.166184+00'),
	(15, '0713b2f7-d4a7-4690-acea-62c42094031e', 1, 1, 'jp.renkei.footprint.stated.v1', 'bb4a7134-0b32-4020-b06c-431ca016ac81', '{"part": 1, "version": 1}', '9dee8692-639f-4d0a-aeda-4d1d5dfeaa5d', '838', '838', '2026-11-27 13:20:32.196984+00'),
	(16, '65917eb4-6713-47db-8f16-650d850889e1', 2, 2, 'jp.renkei.consent.changed.v1', '773e48e1-f7d7-4835-accd-ebe2c95556d3', '{}', '3a470c9b-c0cb-4abd-a199-3a1ae6bc06ad', '839', '839', '2026-11-27 13:20:32.214596+00'),
	(17, 'eeae6b84-72e9-4a8f-b317-eab06aa49015', 2, 1, 'jp.renkei.delivery.written.v1', '83b7b240-804b-4a34-af68-c2129735c6d0', '{"hops": 1, "part": 2, "trade": 1}', '3a470c9b-c0cb-4abd-a199-3a1ae6bc06ad', '839', '839', '2026-11-27 13:20:32.214596+00'),
	(18, '68e23d78-7e81-415b-91c7-f9eb9488be17', 2, 2, 'jp.renkei.part.changed.v1', '26c0f1e7-ebc9-41de-a7e9-7f06472a70f6', '{"part": 8}', '161f7c08-f5af-4707-8c18-cdeca337081e', '840', '840', '2026-11-27 13:20:32.238056+00'),
	(19, 'c31a23cb-493e-46d4-8ffd-f80fa4f8df25', 2, 2, 'jp.renkei.part.deleted.v1', '26c0f1e7-ebc9-41de-a7e9-7f06472a70f6', '{"part": 8}', '5707557f-eb09-4961-9061-0e7397ba2c07', '841', '841', '2026-11-27 13:20:32.243777+00'),
	(20, '04f0a190-8e7e-4bbf-870f-ea76e23a6f44', 2, 2, 'jp.renkei.request.rejected.v1', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', '{"trade": 2}', NULL, '842', '842', '2026-11-27 13:20:32.305684+00'),
	(21, 'e3b667f9-b7dd-46b4-82f1-124b11d34633', 2, 1, 'jp.renkei.request.rejected.v1', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', '{"trade": 2}', NULL, '842', '842', '2026-11-27 13:20:32.305684+00'),
	(22, '342ca336-4c6a-4838-9da7-6fb0c490d0b7', 2, 1, 'jp.renkei.chain.changed.v1', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', '{"hops": 1, "part": 3}', NULL, '842', '842', '2026-11-27 13:20:32.305684+00'),
	(23, 'b8f67bc8-4fbd-43e2-8db0-791ec7f71534', 2, 2, 'jp.renkei.request.replied.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', NULL, '843', '843', '2026-11-27 13:20:32.323715+00'),
	(24, '3f072743-7e93-4a32-b194-30052c6ca85c', 2, 1, 'jp.renkei.request.replied.v1', '89154508-d72c-4d29-a9c7-beae0f1af1ba', '{"trade": 1}', NULL, '843', '843', '2026-11-27 13:20:32.323715+00'),
	(25, 'fafec050-f963-46cd-a7dd-1f61939f0f2f', 1, 1, 'jp.renkei.estimate.changed.v1', '54350d61-3d79-45db-873b-5961ec7ede9c', '{"part": 3}', NULL, '844', '844', '2026-11-27 13:20:32.376382+00'),
	(26, '4ba79c63-0a61-4190-b298-2b038851654a', 1, 1, 'jp.renkei.footprint.stated.v1', '6d5e0c8d-1aa4-48e7-8509-f2c26e20de2d', '{"part": 1, "version": 2}', NULL, '844', '844', '2026-11-27 13:20:32.376382+00'),
	(27, '26b3663b-cad1-4277-9905-0c3026272f07', 2, 2, 'jp.renkei.file.changed.v1', '8630f0a0-f02a-45e1-afd2-c4adcadfb6d4', '{}', NULL, '845', '845', '2026-11-27 13:20:32.396364+00'),
	(28, '51122040-b251-4602-9105-3e78af204ce6', 2, 2, 'jp.renkei.file.changed.v1', '8630f0a0-f02a-45e1-afd2-c4adcadfb6d4', '{}', NULL, '846', '846', '2026-11-27 13:20:32.405434+00');



INSERT INTO commons.files VALUES
	(1, '8630f0a0-f02a-45e1-afd2-c4adcadfb6d4', 2, '証明書.pdf', 'pdf', 'stored', 30, '\xe6c03354d35bd3952557ea09be9cccbe4452b17a9610fd19f095999dd428e7df', '\x01270a2f39030723deb13550be4b565221732908d54af5132851de01fc3168fe6dede0cf0e44e1e4b5d4f2fa967e7422cb6b35757569a178864057beba8cc7b88f', '\x13ef925317aa7047fbc199a450c16bb5df4ba2f379d7a50170812d003c59f892', '2026-11-27 13:20:32.396364+00', '2026-11-27 13:20:32.405434+00', NULL);



INSERT INTO commons.history VALUES
	(1, 1, 'trades', 1, '{"trade_id": "deaf2f60-00ca-401e-913d-984e83bf3eee", "linked_at": null, "trade_key": 1, "created_at": "2026-11-27T13:20:32.114013+00:00", "cancelled_at": null, "upstream_key": 2, "downstream_key": 1, "upstream_part_key": null, "upstream_trace_id": null, "downstream_part_key": 2, "downstream_trace_id": "85e3c635-0dce-4ba5-86f6-8e6181fed392"}', '2026-11-27 13:20:32.138786+00'),
	(2, 1, 'requests', 1, '{"kind": "CFP", "state": "NOT_COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 1, "created_at": "2026-11-27T13:20:32.114013+00:00", "request_id": "89154508-d72c-4d29-a9c7-beae0f1af1ba", "updated_at": "2026-11-27T13:20:32.139431+00:00", "period_from": null, "request_key": 1, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "8471bcd2-5fd1-43f2-b9e0-c0d0a2101633", "trace_id": "85e3c635-0dce-4ba5-86f6-8e6181fed392", "terminated": false, "operator_id": "09f14a93-806a-4d3e-a1ee-5d30b7337352", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 0, "trades_count_at": "2026-11-27T13:20:32.114013+00:00", "tree_terminated": false, "completed_count_at": "2026-11-27T13:20:32.114013+00:00"}', '2026-11-27 13:20:32.165589+00'),
	(3, 2, 'parts', 8, '{"name": "不要", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "part_key": 8, "trace_id": "26c0f1e7-ebc9-41de-a7e9-7f06472a70f6", "plant_key": 2, "created_at": "2026-11-27T13:20:32.238056+00:00", "deleted_at": null, "terminated": false, "updated_at": "2026-11-27T13:20:32.238056+00:00", "operator_key": 2, "support_name": null, "structure_key": null, "mass_kg_per_unit": null, "density_kg_per_liter": null}', '2026-11-27 13:20:32.243291+00'),
	(4, 1, 'requests', 2, '{"kind": "CFP", "state": "NOT_COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 2, "created_at": "2026-11-27T13:20:32.128145+00:00", "request_id": "e1713a3c-97bb-4fe4-b48a-963b14c8b513", "updated_at": "2026-11-27T13:20:32.128145+00:00", "period_from": null, "request_key": 2, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "板", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "8471bcd2-5fd1-43f2-b9e0-c0d0a2101633", "trace_id": "54350d61-3d79-45db-873b-5961ec7ede9c", "terminated": false, "operator_id": "09f14a93-806a-4d3e-a1ee-5d30b7337352", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 0, "trades_count_at": "2026-11-27T13:20:32.128145+00:00", "tree_terminated": false, "completed_count_at": "2026-11-27T13:20:32.128145+00:00"}', '2026-11-27 13:20:32.304967+00'),
	(5, 1, 'requests', 1, '{"kind": "CFP", "state": "COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 1, "created_at": "2026-11-27T13:20:32.114013+00:00", "request_id": "89154508-d72c-4d29-a9c7-beae0f1af1ba", "updated_at": "2026-11-27T13:20:32.166184+00:00", "period_from": null, "request_key": 1, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "8471bcd2-5fd1-43f2-b9e0-c0d0a2101633", "trace_id": "85e3c635-0dce-4ba5-86f6-8e6181fed392", "terminated": false, "operator_id": "09f14a93-806a-4d3e-a1ee-5d30b7337352", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 1, "trades_count_at": "2026-11-27T13:20:32.114013+00:00", "tree_terminated": false, "completed_count_at": "2026-11-27T13:20:32.166184+00:00"}', '2026-11-27 13:20:32.323167+00');
























INSERT INTO commons.ledger_entries VALUES
	(5, 1),
	(9, 2),
	(10, 3),
	(13, 4),
	(21, 5),
	(27, 6),
	(32, 7),
	(34, 8),
	(36, 9),
	(39, 10),
	(45, 11),
	(53, 12),
	(54, 13),
	(60, 14),
	(61, 15);



INSERT INTO commons.ledger_facts VALUES
	(1, 1, '{2}', 'request', '89154508-d72c-4d29-a9c7-beae0f1af1ba', NULL, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.114013+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":null,"request_id":"89154508-d72c-4d29-a9c7-beae0f1af1ba","review":null,"review_reason":null,"state":"NOT_COMPLETED","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee"}', '\x39e47cae60949f9e1a0d7b91d5d3f75477e1830e5d4b62096c2b948efd0e5fec', '\x7f61cc3f57213c7aa4ceea2e71502f892ffd51d6c989ff212da4893161f77dce'),
	(2, 1, '{2}', 'trade', 'deaf2f60-00ca-401e-913d-984e83bf3eee', NULL, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.114013+00', '{"cancelled":false,"downstream_operator_id":"09f14a93-806a-4d3e-a1ee-5d30b7337352","downstream_trace_id":"85e3c635-0dce-4ba5-86f6-8e6181fed392","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee","upstream_operator_id":"cce9b457-18ef-4fe4-ab39-c42fac5229cc","upstream_trace_id":null}', '\x5d76047e9375dc627b5dfc8237b6704a2ba1824a651dc45dec949c247ff658d4', '\xb81d807e400ed5d82492d90e75180d5cb490f0ad9b820cab6041ba0d863bf112'),
	(3, 1, '{2}', 'request', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', NULL, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.128145+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":null,"request_id":"e1713a3c-97bb-4fe4-b48a-963b14c8b513","review":null,"review_reason":null,"state":"NOT_COMPLETED","trade_id":"1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb"}', '\x2d4761cf4f64a499c721db744bbf1f65c4719c4bc0c1803e6a6c38ebfad3fc1d', '\x17ccb27172c756614da276bfc95767f2c48f66af79bf9a3e8d1dcf3471dfbcb1'),
	(4, 1, '{2}', 'trade', '1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb', NULL, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.128145+00', '{"cancelled":false,"downstream_operator_id":"09f14a93-806a-4d3e-a1ee-5d30b7337352","downstream_trace_id":"54350d61-3d79-45db-873b-5961ec7ede9c","trade_id":"1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb","upstream_operator_id":"cce9b457-18ef-4fe4-ab39-c42fac5229cc","upstream_trace_id":null}', '\x4c8b6565949fb3cb24773596c923568489fcc68359f40c58af5c84eadbe4a2f2', '\x17e3bb1fad22262bfbf75de64f0e29ff0994ab0be1dce20f1ca4626c7941ffae'),
	(5, 2, '{1}', 'answer', '89154508-d72c-4d29-a9c7-beae0f1af1ba', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.139431+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":null,"request_id":"89154508-d72c-4d29-a9c7-beae0f1af1ba","review":null,"review_reason":null,"state":"NOT_COMPLETED","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee"}', '\xab1092d4f2223355906104080917360eb486b74277f1f2eaff2cf18355ba3b9b', '\x5db7a7183e7730dd83d7e1563305cacebe8a8d3067958d983f36962ca6ad21ed'),
	(6, 2, '{1}', 'trade', 'deaf2f60-00ca-401e-913d-984e83bf3eee', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.139431+00', '{"cancelled":false,"downstream_operator_id":"09f14a93-806a-4d3e-a1ee-5d30b7337352","downstream_trace_id":"85e3c635-0dce-4ba5-86f6-8e6181fed392","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee","upstream_operator_id":"cce9b457-18ef-4fe4-ab39-c42fac5229cc","upstream_trace_id":"25bd9071-ed0b-411a-bf52-00abf3cb2650"}', '\x7263afb121a98d88fe96a107d962f9cdd27ec1fde22a633cc6cae3fd57add5bf', '\x41de2b881be1eefad19210de005a7300c99f166b6f53a9e34df9f7d4456b8bcd'),
	(7, 2, '{}', 'footprint.statement', '07af15b9-d4f2-4879-b9d2-6caa7d081af1', 1, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.166184+00', '{"automatic":false,"causes":[{"ids":[],"kind":"declared"}],"cfp_id":"eeb5bf5c-d6fd-4a43-9811-ef0e0b9bbf48","component_scope":"rest","coverage_deep":0,"coverage_direct":0,"created_at":"2026-11-27T13:20:32.166184Z","created_by":"account:4c371e88-2a6e-49df-8aba-5f35a628b423","declared":{"stages":{"production":{"component":0,"own":10},"raw_material":{"component":0,"own":"1.5"}}},"declared_unit":"kilogram","in_force":{"notes":[{"code":"no_value","share":1,"trace_id":"f5b06aa3-0a89-4630-bc2c-c0efaf0bf31f"},{"code":"no_value","share":1,"trace_id":"32ba3a5c-fa19-4ec4-a17f-ea27b5fd03d2"}],"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"quality_coverage":{"production":{"ger":1,"ter":1,"tir":1},"raw_material":{"ger":1,"ter":1,"tir":1}},"rules":"1","sources":[],"stages":{"production":{"component":0,"own":10},"raw_material":{"component":0,"own":"1.5"}}},"method":{},"period_from":null,"period_to":null,"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"statement_id":"07af15b9-d4f2-4879-b9d2-6caa7d081af1","structure_key":2,"trace_id":"25bd9071-ed0b-411a-bf52-00abf3cb2650","trade_key":null,"version":1}', '\x37aa1e9d03688bd5c454726d113f7661479f6a3a3d60da8bd001dcb69024c089', '\xaaf794cccb762d4a0b62be088c4b3d7755b720cd949fbdabd6615e75209a61d8'),
	(8, 2, '{1}', 'answer', '89154508-d72c-4d29-a9c7-beae0f1af1ba', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.166184+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":null,"request_id":"89154508-d72c-4d29-a9c7-beae0f1af1ba","review":null,"review_reason":null,"state":"COMPLETED","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee"}', '\xd7ce24298c876938865820a6e893def3b13f02c7b130ce6096ca273d4cc66bf8', '\xdc892461752487a7b12c3031a2f90650b51badfbaee66593fe626588f44c6a5b'),
	(9, 1, '{}', 'footprint.statement', 'bb4a7134-0b32-4020-b06c-431ca016ac81', 1, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.196984+00', '{"automatic":false,"causes":[{"ids":[],"kind":"declared"}],"cfp_id":"531743d4-53b9-40f9-8a42-3705992cd74f","component_scope":"rest","coverage_deep":0,"coverage_direct":0,"created_at":"2026-11-27T13:20:32.196984Z","created_by":"account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5","declared":{"stages":{"production":{"component":0,"own":"0.3"},"raw_material":{"component":0,"own":"0.5"}}},"declared_unit":"kilogram","in_force":{"notes":[{"code":"no_value","share":1,"trace_id":"85e3c635-0dce-4ba5-86f6-8e6181fed392"},{"code":"no_value","share":1,"trace_id":"54350d61-3d79-45db-873b-5961ec7ede9c"},{"code":"no_value","share":1,"trace_id":"17aac2ce-45c7-4843-9052-e75dbbf9d37a"}],"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"quality_coverage":{"production":{"ger":1,"ter":1,"tir":1},"raw_material":{"ger":1,"ter":1,"tir":1}},"rules":"1","sources":[],"stages":{"production":{"component":0,"own":"0.3"},"raw_material":{"component":0,"own":"0.5"}}},"method":{},"period_from":null,"period_to":null,"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"statement_id":"bb4a7134-0b32-4020-b06c-431ca016ac81","structure_key":1,"trace_id":"ed91be45-d40d-438e-b13c-8f4eb3a7688f","trade_key":null,"version":1}', '\x6a1a181a97e4e8cd57c37ae16eedcedc883dfd6c35a2555eec1eb8144a45073d', '\x089f1cee38db5718ee79c0be97ad5d75b031efeb8a849fb272c9cfba75648ce4'),
	(10, 2, '{}', 'consent', '773e48e1-f7d7-4835-accd-ebe2c95556d3', 1, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.214596+00', '{"attributes":["quality","total"],"consent_id":"773e48e1-f7d7-4835-accd-ebe2c95556d3","consumer":"company","consumer_key":1,"created_at":"2026-11-27T13:20:32.214596Z","decided_by":"account:4c371e88-2a6e-49df-8aba-5f35a628b423","family_key":null,"group_key":null,"kind":"CFP","part_key":5,"policy":null,"purpose":"CFP answer","reason":null,"standing":true,"state":"granted","subject":"part","trade_key":null,"valid_from":"2026-11-27T13:20:32.214596Z","valid_until":null,"version":1}', '\xc52bee022c5c05cf8395b237beb8746c9856dca389e5651591f11a45e8053922', '\x4e772aad3396f1fb1d5ca99db848af1a083db48142e35a1cb1c270dda3359239'),
	(14, 2, '{1}', 'answer', '89154508-d72c-4d29-a9c7-beae0f1af1ba', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.323715+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":"ご確認ください。","request_id":"89154508-d72c-4d29-a9c7-beae0f1af1ba","review":null,"review_reason":null,"state":"COMPLETED","trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee"}', '\xf6d7c84f41ff5ec981dd9d6f1d2a2b62192077a86e616f403be8e209a8d1380c', '\xc2c3b6db690c30c7f69a0a01e25c27570bfe9ce80d96d8692eea40afe9366826'),
	(11, 2, '{1}', 'delivery', '83b7b240-804b-4a34-af68-c2129735c6d0', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.214596+00', '{"consent_id":"773e48e1-f7d7-4835-accd-ebe2c95556d3","consent_version":1,"consumer_id":"09f14a93-806a-4d3e-a1ee-5d30b7337352","delivered_at":"2026-11-27T13:20:32.214596Z","delivery_id":"83b7b240-804b-4a34-af68-c2129735c6d0","kind":"CFP","payload":{"quality":{"coverage":{"production":{"ger":1,"ter":1,"tir":1},"raw_material":{"ger":1,"ter":1,"tir":1}},"stages":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}}},"total":{"coverage_deep":0,"stages":{"production":10,"raw_material":"1.5"},"unit":"kilogram"}},"purpose":"CFP answer","statement_id":"07af15b9-d4f2-4879-b9d2-6caa7d081af1","statement_version":1,"trade_id":"deaf2f60-00ca-401e-913d-984e83bf3eee","valid_until":null,"withdrawn":false}', '\xc37769c284d1175035bd8e58d86272e9e9387b51749f00797b2764ee9d14dbf9', '\xcca4f787d9f785ac39b63d380569bf49a8704715938f6e434a28c174cd7cf926'),
	(12, 2, '{1}', 'answer', 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.305684+00', '{"due_date":"2024-12-31","kind":"CFP","message":"来月中にご回答をお願いします。","period_from":null,"period_to":null,"reply_message":"取り扱っていません。","request_id":"e1713a3c-97bb-4fe4-b48a-963b14c8b513","review":null,"review_reason":null,"state":"REJECT","trade_id":"1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb"}', '\xa743b52e4bcd36cc123044cfe725ad976e3ffb57e14860b149f71cfc5abc8e2d', '\x3a996782a267f0625c60b6821253d6844263711b3bcdf75e91634aabecfc3800'),
	(13, 2, '{1}', 'trade', '1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb', NULL, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.305684+00', '{"cancelled":false,"downstream_operator_id":"09f14a93-806a-4d3e-a1ee-5d30b7337352","downstream_trace_id":"54350d61-3d79-45db-873b-5961ec7ede9c","trade_id":"1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb","upstream_operator_id":"cce9b457-18ef-4fe4-ab39-c42fac5229cc","upstream_trace_id":null}', '\xfa500122d931b0d53d97f0d10c4cf2514a69dc137e9d362e77a9aaaf50e2d465', '\x9a3c37e5cef05fb0edb9f5c1e8a40463a5f4856288b5e67e88a81a380b5158d8'),
	(15, 1, '{}', 'footprint.statement', '6d5e0c8d-1aa4-48e7-8509-f2c26e20de2d', 2, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.376382+00', '{"automatic":true,"causes":[{"ids":["83b7b240-804b-4a34-af68-c2129735c6d0"],"kind":"delivery"},{"ids":["0ec0542b-f50b-4217-a930-6324a60773b1"],"kind":"estimate"}],"cfp_id":"531743d4-53b9-40f9-8a42-3705992cd74f","component_scope":"rest","coverage_deep":"0.333333333333333","coverage_direct":"0.666666666666667","created_at":"2026-11-27T13:20:32.376382Z","created_by":"account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5","declared":{"stages":{"production":{"component":0,"own":"0.3"},"raw_material":{"component":0,"own":"0.5"}}},"declared_unit":"kilogram","in_force":{"notes":[{"code":"no_value","share":1,"trace_id":"17aac2ce-45c7-4843-9052-e75dbbf9d37a"}],"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"quality_coverage":{"production":{"ger":"0.987834549878345","ter":"0.987834549878345","tir":"0.987834549878345"},"raw_material":{"ger":"0.848484848484848","ter":"0.848484848484848","tir":"0.848484848484848"}},"rules":"1","secondary_share":"0.0354609929078014","sources":[["85e3c635-0dce-4ba5-86f6-8e6181fed392","delivery","83b7b240-804b-4a34-af68-c2129735c6d0",1],["54350d61-3d79-45db-873b-5961ec7ede9c","estimate","0ec0542b-f50b-4217-a930-6324a60773b1",1]],"stages":{"production":{"component":"20.25","own":"0.3"},"raw_material":{"component":"3.625","own":"0.5"}}},"method":{},"period_from":null,"period_to":null,"quality":{"production":{"ger":3,"ter":2,"tir":4},"raw_material":{"ger":2,"ter":1,"tir":3}},"statement_id":"6d5e0c8d-1aa4-48e7-8509-f2c26e20de2d","structure_key":1,"trace_id":"ed91be45-d40d-438e-b13c-8f4eb3a7688f","trade_key":null,"version":2}', '\x448022d0ccde80eb1229e886cf60cbe1235fbfe3f849189735e9cf9c447544a8', '\x593d5de068abd6c04f64ec6608cd25143d53f641cef796b6e7295bdc7cf89b89');



INSERT INTO commons.ledger_heads VALUES
	(1, 64, '\x3afb39de5befc6a56b2ef312e0b0fd43915d60362259990743c6f549b7eaed09', '2026-11-27 13:20:33.63994+00', 'renkei-ledger-678671d2-b211-4ce3-a421-0ac90ca757d7
64
Ovs53lvvxqVrLvMS4LD9Q5FdYDYiWZkHQ8b1Sbfq7Qk=
head 1
time 2026-11-27T13:20:33.639940Z

— renkei-ledger-678671d2-b211-4ce3-a421-0ac90ca757d7 rMXpVWFFEPNo3wh6ubWWj/L7bECsHnNwpgpsEwr6mQzEtvVnjkIRUJQWpU6mkYAZyZO6RVSc23gFZBLbGWSo0rQIdws=
'),
	(2, 72, '\xe892100b2570dd990807a0c7bffe7d7ed6cae26baf488d823ef75a87c4b111d3', '2026-11-27 13:20:34.633993+00', 'renkei-ledger-678671d2-b211-4ce3-a421-0ac90ca757d7
72
6JIQCyVw3ZkIB6DHv/59ftbK4muvSI2CPvdah8SxEdM=
head 2
time 2026-11-27T13:20:34.633993Z

— renkei-ledger-678671d2-b211-4ce3-a421-0ac90ca757d7 rMXpVaiZoRgZqcKr0zEv8qKlCJX/IH4Rlg+BErQ1Py1D/ReeHY+xxmx7P7TbYZOROygZZ3y9BEgupDbyHWwYeREj8g8=
');



INSERT INTO commons.ledger_keys VALUES
	('acc5e955', '\x28ca9a03901f4a30c3836d50f3e781d12db88e505ed4049dc24c41b85ee6c052', '\x01270a2f39d2ecfef5e21ea0f93182e13f8338a575375f8447af9cb1509d4104480dd6745758678b51d2daa560fb57c5b785a30ae3ecb0668e25c6adb2608b7ff8', '2026-11-27 13:20:33.63994+00', NULL);



INSERT INTO commons.ledger_kinds VALUES
	('consent', 'commons.ledger_consents'),
	('delivery', 'commons.ledger_deliveries'),
	('trade', 'commons.ledger_trades'),
	('request', 'commons.ledger_requests'),
	('answer', 'commons.ledger_requests'),
	('erasure', NULL),
	('shared_delivery', 'commons.ledger_shared_deliveries'),
	('inquiry_answer', 'commons.ledger_inquiry_answers'),
	('footprint.statement', 'footprint.ledger_statements'),
	('footprint.certificate', 'footprint.ledger_certificates'),
	('footprint.declaration', 'footprint.ledger_declarations'),
	('footprint.approval', 'footprint.ledger_approvals'),
	('footprint.engagement', 'footprint.ledger_engagements'),
	('footprint.verification', 'footprint.ledger_verifications');



INSERT INTO commons.ledger_log VALUES
	(1, 'renkei-ledger-678671d2-b211-4ce3-a421-0ac90ca757d7', '\x01270a2f3917bb0fe57b87a4ee7b2f997a42a795d4564f6acc6f89932489635211d6db866c2b5383a7801ba1c242d6d56ac76e8158d7505dda0a3530e7a6fe5461', '2026-11-27 13:20:33.63994+00');






INSERT INTO commons.ledger_tiles VALUES
	(0, 0, '\x4cd5620d532d71ea3b5ea4e4eac80d9a0961ec0691dc837e76535510c06a5a1b00b506b0f98b6c8f54195c59aecc27e7bbaed89b0f2cfb8e96a65ba743151e5041911bfd04c91a93a62f93def779d5fb43553257271401d7bffee68cb59f1508ddf15e38b291f2cc8f76fc4dfc2ff01cf696e9b525215a42f825a8cd49c13393585f4d0e025f0caa0a870f243da7afa3cab13ba497dac0687722cae3bb09f43115be714f3511e2d71eeac3e62a9a1e3e48018f0e412454f219da5a2fd27112fb9f7d2d1d0fa43da74a0889a3ef7f9eec2fca617f8f195620387a3ee8848aa31c7d78b86e2576eb7831d575abafa12a3aa3f883eaad0f8a42e2742653eea0d6c0898bb303dc462a87fe5f8f9de553e1b10f00bc23a719b0a57757adc758947e5bc72fcc5ab98b92884fb708acea8cea428e79813e3f11b109402c4a0470089b5022153ab7eba4e6183c0ba1b4a7cac4dadceeae01436ab4354f7616a087573a07735d1feb2d0bc435d9b0e7b1e23709d611f4ed81b5206d4e04c495b95eed0cab430d7040d4ef9ed1987a0996cddcd75075a9fb752fd4f36d049e5ab21c3afa8eadbee093cf1494d3e7a63a4dee9c5e89d7481b2259b9a0e36a40431a58007828c809eabb9ab8b9e77a8825e6a97289c5e93d2fdb229a4835684262a192a2ab3be08fd60fc69d037836c96137f3926d955f0d22ef1ed8d3ca47b4b46ef02b082b6782f68a3df1b0b3fe816541208ab427c496ae00113a773c22dbda910b881d1f94c1b9f1fdd3fcbae850c2130dc24672187112b6a48eb6cec7470d97c84baa94f0bd86502d4ccdad22bcd45846cc78c9f0ca2560dc75fc13582960f6ab53101e41fe5cd4111c523b124246b12364936d59ea07541ddcfa03ee7a37cabb61cf00b6f1065c1df01741f688897ca7462523bbfd7864c25a722292ce9cf1e8f381500a9a52a781381a9560bf2a37323c23ba61dae0672332cbf0747b26130025bb216868df5886a3f75ecacd5fc01cd550ca6830ae41fea1c0c2b0afce41c8c9bf7c4a46cc060dbe06ac59cd133b043a21c390455f13f530641b390a4e543174a53b92250b3b68935d6e62b3bc132e4eb46f522b80faf4e70596dc4c8dc39c2e217a175167a8588d18661b9d77d45118aaacbd105e2cc1e80868366e684073b45e429c4adaea41718a9a7a296d29d5ea1195f971fad2a53afca8e10ac08e9ac43486bf179d299027af5f1d5c22eae6fe69d822266eadaf448c8f5265216f5a8166ca5a6f1554a50752e533a1ad43895d8a9e29c8df746e5da15fedb35a458cc17fa6943fd0d57bfa49e3612f0db5cab90a58675bc2338a3d462ea8124b2cb71577eef9a7edb3b40b8be72ffb6b047ddcbc9c39ceee3f16f0b06641295b3db98f186fa34b2814792fbea2fb422d0aa546da5a004bd3ac7b788c095f1c601c707d8092ec974208b0b3c835dda5205933e879931adeb8b02cf465df7d13ef8df814d9a95e4c27132136027fe8a2c1a632c9910ca7e326e0047f64a298312cbcae3d39be297bbe2576aa1012b6751cd10d435405fd5322f3571346b77b7b2d5fee0640158ae8ff9a5ccb03c78bd115b8dc27fd88d9cefa7fa4ed97876183d24d8e976dc74032b8d7f9d8875c800981bdf62084bc957898102455bd78f014a80d39564c7a46f57addc94824ea415a6b4cbedf45434bdacc9a3a14090a9122fc9c14bb52e5992269046d7db4dbb88d026e264fd70c51670ee2540f5e2727dba8c529ccf75f2ef3210b8a8146034b3c7134e643629c80e657b64ee21f4afb164fd966a92ea885cc2973eadb595a6c89cd59a80d143aa676c375909ac68b61f691cbee031a69198f33b79de0db6647f46232ef0b25d59c9b020419d64da3e1a5af1c4effee85543d57e71fcd51b49625d8ca6bf4378850d3a8a02befd8adc92e5e3f7d9874785d39586e22ae06025caa940f423342f4d46c3331d0f690fb9320c13aa9ccb5473ef7612c1aba7c9f5b3300e9084164edca055db2845e31888a38b5285e6ce4a8b79a1726da42ffa993f6bfba2c4abfd50b8ea7ec3e3aab5896e74f2a1cb2758d660cdf6108fe8e1e8af2df1909086586ad1bb391c69729bbc9ed81fca21b5ba134abeaa20834e28e5f22428cbbd9ddbdde49f17d75b56a48fd5fe41e720c3e760d2bf0dbd4312e7af7db4133cc58b8cfde7732c6e528a986028c1191542e2166bb3d6dddfb42cc9126c8f2afd452fb110e6abdebe7f14fe33a0cd5e101ce253092dc550afa04bd2b40354fe02219393bc2b24b983475471b923221a91ca74e1da5e5007041429f2a0f669176fdc3b7fdb553559e3e85b441881af81f4cfa50534ced5aafedd6b11a47372c34c9bf4b900990c771e0ad9f66951114dc7b3b30253f640ae93616deaf45f8af4fe2c0973c868e906f4066885ee47d04b4d2a0268e7b42495e562c6770040b9c49429a34f7914a73239342c4053c5740175bef0552a37305bcc00c862d0053b5a964e8f32eaa45b02f0731f3031f38101607c21fab6153fd7fb8c952e23dd1df6f1a09919993949b3725bbcbb99ae258536d24ecf09afa175b391d34e3509efa24f29455b5d2369044dbde10c910615a3eb458b850f08bb30d1a23dc9efb3d1e59f54016f298996884428ade8fb54af21754d30ec2eadeccb4bfb9dc5c3baf8ed2139399b5f5f5b510e026747b5163f960f06be6ae858ca2dc16ca7542f48c1c10a54f8ddbe955821f6195818d1a2e8bc848ae29a2753ecd805937919fce7b83982cbed68da6b8ea0be786ff23cd4e1cfa5edd1688bc3380c18d1c5d8c6fe651e589c3c9a10043ea8ee6e25ea9e137f68ecbe52bf0e732cbd9a5cde86dee5d3b29805a447e2a7caa1dc5e50cd143e33f239fc1a3126db718a73f5f097a74d576d60e4eae1dff85a6d3ad29a058784924c477d3a69662a934a1a2cd10623b1f9bbf2bb0da3844bd25260727d1eb0a534eb11243f1d45ddf903db0afbbbe93701589227bc49a420b05b6d05e98dc6db0b0a27040862093e67c7853fd8ef0e8d5e47043400ba742b4d77328db0369a0f4697a9cf5e835accf5024da63e5c6997f8f2827eb1df94a8e9f736b33634f3232ae746aefbb345dbfd2bcff23f75bbf090ef354375d4561f22727ace8eacdf14e7f584db7b1dade9b2a92e8dabd91a305a250c8154ae9074bfc1e878a32134b931366435040dc39dc277391551d16acaf3b9a4093896f53b40715a7fd328d02916e98229da866');






INSERT INTO commons.memberships VALUES
	(1, 1, 1, 'admin', NULL, NULL, '2026-11-27 13:20:23.252412+00', NULL),
	(2, 2, 2, 'admin', NULL, NULL, '2026-11-27 13:20:28.415541+00', NULL);



INSERT INTO commons.notifications VALUES
	(1, 'bd58ac3b-d22b-4f42-a88d-c88171465580', 2, 1, 'REQUEST_NEW', 1, 1, '2026-11-27 13:20:32.114013+00', NULL, '{}', NULL, 0),
	(2, '163922d9-c621-4726-a494-b779de154417', 2, 1, 'REQUEST_NEW', 2, 2, '2026-11-27 13:20:32.128145+00', NULL, '{}', NULL, 0),
	(3, '584f5223-37df-40d0-8975-8eb9bff88540', 1, 2, 'CFP_RESPONSED', 1, 1, '2026-11-27 13:20:32.166184+00', NULL, '{}', NULL, 0),
	(4, '96f0c2db-c28e-4e74-9ac3-0c8d2591a483', 1, 2, 'REQUEST_REJECTED', 2, 2, '2026-11-27 13:20:32.305684+00', NULL, '{}', NULL, 0),
	(5, '6ce3df39-27c9-43a0-bc07-718b83b04405', 1, 2, 'REPLY_MESSAGE_REGISTERED', 1, 1, '2026-11-27 13:20:32.323715+00', NULL, '{}', NULL, 0);






INSERT INTO commons.operators VALUES
	(1, '09f14a93-806a-4d3e-a1ee-5d30b7337352', 'A', 'Tokyo', 'JP', 'F0001', NULL, 'member', true, NULL, NULL, '2026-11-27 13:20:21.339725+00', '2026-11-27 13:20:21.339725+00'),
	(2, 'cce9b457-18ef-4fe4-ab39-c42fac5229cc', 'B', 'Tokyo', 'JP', 'F0002', NULL, 'member', true, NULL, NULL, '2026-11-27 13:20:26.695562+00', '2026-11-27 13:20:26.695562+00');



INSERT INTO commons.part_counts VALUES
	(1, 4),
	(2, 3);






INSERT INTO commons.parts VALUES
	(2, '85e3c635-0dce-4ba5-86f6-8e6181fed392', 1, 1, 'ねじ', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.093286+00', '2026-11-27 13:20:32.093286+00', NULL),
	(3, '54350d61-3d79-45db-873b-5961ec7ede9c', 1, 1, '板', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.093286+00', '2026-11-27 13:20:32.093286+00', NULL),
	(4, '17aac2ce-45c7-4843-9052-e75dbbf9d37a', 1, 1, '塗料', NULL, true, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.093286+00', '2026-11-27 13:20:32.093286+00', NULL),
	(1, 'ed91be45-d40d-438e-b13c-8f4eb3a7688f', 1, 1, '製品', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, 1, NULL, NULL, '2026-11-27 13:20:32.093286+00', '2026-11-27 13:20:32.093286+00', NULL),
	(6, 'f5b06aa3-0a89-4630-bc2c-c0efaf0bf31f', 2, 2, '線材', NULL, true, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.105975+00', '2026-11-27 13:20:32.105975+00', NULL),
	(7, '32ba3a5c-fa19-4ec4-a17f-ea27b5fd03d2', 2, 2, '鋼', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.105975+00', '2026-11-27 13:20:32.105975+00', NULL),
	(5, '25bd9071-ed0b-411a-bf52-00abf3cb2650', 2, 2, 'SC-1', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, 2, NULL, NULL, '2026-11-27 13:20:32.105975+00', '2026-11-27 13:20:32.105975+00', NULL),
	(8, '26c0f1e7-ebc9-41de-a7e9-7f06472a70f6', 2, 2, '不要', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27 13:20:32.238056+00', '2026-11-27 13:20:32.243777+00', '2026-11-27 13:20:32.243777+00');






INSERT INTO commons.plants VALUES
	(1, '8471bcd2-5fd1-43f2-b9e0-c0d0a2101633', 1, '工場', '東京都', '000001', NULL, '2026-11-27 13:20:31.979371+00', '2026-11-27 13:20:31.979371+00'),
	(2, '9bb8944a-e51c-4b96-8f31-9df21fa1d9e5', 2, '工場', '東京都', '000001', NULL, '2026-11-27 13:20:31.985395+00', '2026-11-27 13:20:31.985395+00');



INSERT INTO commons.rates VALUES
	('logins:127.0.0.1', 60, '2026-11-27 13:20:33.820167+00'),
	('requests:09f14a93-806a-4d3e-a1ee-5d30b7337352', 355, '2026-11-27 13:20:35.204798+00'),
	('requests:cce9b457-18ef-4fe4-ab39-c42fac5229cc', 334, '2026-11-27 13:20:35.204834+00');



INSERT INTO commons.refresh_tokens VALUES
	('\xa62cb6a70c8b4948f3195825afb5be05faeed53e6e727f0682500730cc5d86a2', 'f95f2e90-2142-4994-a9c0-955b6c6329a3', 1, 1, 'ouranos', '2026-11-27 13:20:31.914891+00', '2026-12-11 13:20:31.914891+00', NULL, NULL),
	('\x9e68cb0c3eae102ab2ca79ea221e35bf6ab0ee8683f75c8c240c1c20fafde1ed', 'a50143bb-43a6-405b-b70d-584ff1d88ffd', 2, 2, 'ouranos', '2026-11-27 13:20:31.966855+00', '2026-12-11 13:20:31.966855+00', NULL, NULL),
	('\x1b96fdbbc9bfb9a911db51f491e189235e544ac825a8b2c70df9ba82f010bf67', '6107d19f-819d-4ddd-b0c6-3721b3d7e397', 1, 1, 'ouranos', '2026-11-27 13:20:32.043813+00', '2026-12-11 13:20:32.043813+00', NULL, NULL),
	('\x855e2834e29d0c3ade964bed24a320e1c000f4205e1d3995170f85e6a06f7bc9', '57bcc062-4e00-43c0-84cd-9b5171d345e4', 2, 2, 'ouranos', '2026-11-27 13:20:32.079888+00', '2026-12-11 13:20:32.079888+00', NULL, NULL),
	('\x648ac30ba5d531807df77b71f86f5f6c82c8c5d70d712b843f5ab5f3ea6eb15a', 'a216024b-5e16-4816-8279-62a51b0d9339', 1, 1, 'ouranos', '2026-11-27 13:20:33.7836+00', '2026-12-11 13:20:33.7836+00', NULL, NULL),
	('\x63f205f3f5e6b438bfe9ba44ccd46203453585c3ff299fe85951d7351b75b75c', '59badcd3-56db-4de0-9fef-438fedea941b', 2, 2, 'ouranos', '2026-11-27 13:20:33.81932+00', '2026-12-11 13:20:33.81932+00', NULL, NULL);






INSERT INTO commons.request_messages VALUES
	(1, 1, 1, 2, 1, 'message', '来月中にご回答をお願いします。', '2026-11-27 13:20:32.114013+00'),
	(2, 2, 1, 2, 1, 'message', '来月中にご回答をお願いします。', '2026-11-27 13:20:32.128145+00'),
	(3, 2, 1, 2, 2, 'reject', '取り扱っていません。', '2026-11-27 13:20:32.305684+00'),
	(4, 1, 1, 2, 2, 'reply', 'ご確認ください。', '2026-11-27 13:20:32.323715+00');



INSERT INTO commons.requests VALUES
	(2, 'e1713a3c-97bb-4fe4-b48a-963b14c8b513', 2, 1, 2, 'CFP', 'REJECT', NULL, NULL, '来月中にご回答をお願いします。', '取り扱っていません。', '2024-12-31', '{"name": "板", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "8471bcd2-5fd1-43f2-b9e0-c0d0a2101633", "trace_id": "54350d61-3d79-45db-873b-5961ec7ede9c", "terminated": false, "operator_id": "09f14a93-806a-4d3e-a1ee-5d30b7337352", "support_name": null}', false, 0, '2026-11-27 13:20:32.128145+00', 1, '2026-11-27 13:20:32.128145+00', NULL, NULL, '2026-11-27 13:20:32.128145+00', '2026-11-27 13:20:32.305684+00'),
	(1, '89154508-d72c-4d29-a9c7-beae0f1af1ba', 1, 1, 2, 'CFP', 'COMPLETED', NULL, NULL, '来月中にご回答をお願いします。', 'ご確認ください。', '2024-12-31', '{"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "8471bcd2-5fd1-43f2-b9e0-c0d0a2101633", "trace_id": "85e3c635-0dce-4ba5-86f6-8e6181fed392", "terminated": false, "operator_id": "09f14a93-806a-4d3e-a1ee-5d30b7337352", "support_name": null}', false, 1, '2026-11-27 13:20:32.166184+00', 1, '2026-11-27 13:20:32.114013+00', NULL, NULL, '2026-11-27 13:20:32.114013+00', '2026-11-27 13:20:32.323715+00');



INSERT INTO commons.sealed_secrets VALUES
	('api-key-pepper', '\x01270a2f395b3be44562a8a2d957fccb66295ba1ea1942acfa94c6d1761c81ef3433e9b1cd98013deb75b1b686a7f750e0c90086a511ccdbc92560c31e0e518f00', '2026-11-27 13:20:25.017555+00');















INSERT INTO commons.signing_keys VALUES
	('cy2ZzCz-QeAFNVZWFGBcsHjsi_BlDk-Ebpi4LadJ-1c', '\x01270a2f393a43b8a4b7ddd16bad9b7ce81d5929e460f399d3c3218719dbe50bd2287d29fb675eea5a7ee069c66b79a31b9c91f543499e9288e9fae1afcea723a8d0554e7a6bff4035081808c2136749411d920ce93cd112cfa61b566be6a01ea433462098215b709b83e3146ef3a74ad6f9157dc1309c71d671de13de10cafb2126c4abf2fa4388cbd84345614b7547b02fbed5151928247d8fa908a72c88cf861bc5e7bf76440f60a951bcdfd5bf34b93135e6896ef8fad4f2f54b74603f728c0184355dc7c86ae51c16fb23d43baf423c69cca0d63dd0fc0cbbafc66afce26bb3b4e58bda483a83c008f8fad45375f64f5685ca5ba500e55f248617e6e0d2cd32359e3ec5a455e294c2e6b30627c78897', '{"x": "Qm5Wg-lBP12hmyQtcjq3nTaRUOlKD2vgBuUUg1y47uM", "y": "yOMb_zdo0RI32UaN8A1fr-KqfzE4L7eqPrCfkh5F-P0", "alg": "ES256", "crv": "P-256", "kid": "cy2ZzCz-QeAFNVZWFGBcsHjsi_BlDk-Ebpi4LadJ-1c", "kty": "EC", "use": "sig"}', '2026-11-27 13:20:31.921733+00', NULL);



INSERT INTO commons.structure_lines VALUES
	(1, 1, 1, 2, 2, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(1, 2, 1, 3, 0.5, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(1, 3, 1, 4, 1, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(2, 1, 2, 6, 3, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(2, 2, 2, 7, 0.25, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL);



INSERT INTO commons.structures VALUES
	(1, '434cdd7b-15c1-41f5-9c92-5aca7e85e195', 1, 1, 1, '2026-11-27', 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.093286+00'),
	(2, '316c3072-63c8-42de-88e8-2a654581a46e', 2, 5, 1, '2026-11-27', 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.105975+00');












INSERT INTO commons.trades VALUES
	(1, 'deaf2f60-00ca-401e-913d-984e83bf3eee', 1, 2, 2, '85e3c635-0dce-4ba5-86f6-8e6181fed392', 5, '25bd9071-ed0b-411a-bf52-00abf3cb2650', '2026-11-27 13:20:32.114013+00', '2026-11-27 13:20:32.139431+00', NULL),
	(2, '1e01ba67-41c5-428e-b7dc-e11bfa5bb9fb', 1, 2, 3, '54350d61-3d79-45db-873b-5961ec7ede9c', NULL, NULL, '2026-11-27 13:20:32.128145+00', NULL, NULL);



INSERT INTO commons.uses VALUES
	(1, 2, 1),
	(1, 3, 1),
	(1, 4, 1),
	(5, 6, 2),
	(5, 7, 2);
























INSERT INTO footprint.estimates VALUES
	(1, '0ec0542b-f50b-4217-a930-6324a60773b1', 1, 3, NULL, 'kilogram', '{"production": 0.5, "raw_material": 1.25}', '{}', '', 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.376382+00', NULL);



























INSERT INTO footprint.statements VALUES
	(1, '07af15b9-d4f2-4879-b9d2-6caa7d081af1', 2, 5, NULL, 'eeb5bf5c-d6fd-4a43-9811-ef0e0b9bbf48', 1, 'kilogram', 'rest', '{"stages": {"production": {"own": 10, "component": 0}, "raw_material": {"own": 1.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "f5b06aa3-0a89-4630-bc2c-c0efaf0bf31f"}, {"code": "no_value", "share": 1, "trace_id": "32ba3a5c-fa19-4ec4-a17f-ea27b5fd03d2"}], "rules": "1", "stages": {"production": {"own": 10, "component": 0}, "raw_material": {"own": 1.5, "component": 0}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [], "quality_coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0, 0, 2, NULL, NULL, '[{"ids": [], "kind": "declared"}]', false, 'account:4c371e88-2a6e-49df-8aba-5f35a628b423', '2026-11-27 13:20:32.166184+00', NULL),
	(2, 'bb4a7134-0b32-4020-b06c-431ca016ac81', 1, 1, NULL, '531743d4-53b9-40f9-8a42-3705992cd74f', 1, 'kilogram', 'rest', '{"stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "85e3c635-0dce-4ba5-86f6-8e6181fed392"}, {"code": "no_value", "share": 1, "trace_id": "54350d61-3d79-45db-873b-5961ec7ede9c"}, {"code": "no_value", "share": 1, "trace_id": "17aac2ce-45c7-4843-9052-e75dbbf9d37a"}], "rules": "1", "stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [], "quality_coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0, 0, 1, NULL, NULL, '[{"ids": [], "kind": "declared"}]', false, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.196984+00', '2026-11-27 13:20:32.376382+00'),
	(3, '6d5e0c8d-1aa4-48e7-8509-f2c26e20de2d', 1, 1, NULL, '531743d4-53b9-40f9-8a42-3705992cd74f', 2, 'kilogram', 'rest', '{"stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "17aac2ce-45c7-4843-9052-e75dbbf9d37a"}], "rules": "1", "stages": {"production": {"own": 0.3, "component": 20.25}, "raw_material": {"own": 0.5, "component": 3.625}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [["85e3c635-0dce-4ba5-86f6-8e6181fed392", "delivery", "83b7b240-804b-4a34-af68-c2129735c6d0", 1], ["54350d61-3d79-45db-873b-5961ec7ede9c", "estimate", "0ec0542b-f50b-4217-a930-6324a60773b1", 1]], "secondary_share": 0.0354609929078014, "quality_coverage": {"production": {"ger": 0.987834549878345, "ter": 0.987834549878345, "tir": 0.987834549878345}, "raw_material": {"ger": 0.848484848484848, "ter": 0.848484848484848, "tir": 0.848484848484848}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0.666666666666667, 0.333333333333333, 1, NULL, NULL, '[{"ids": ["83b7b240-804b-4a34-af68-c2129735c6d0"], "kind": "delivery"}, {"ids": ["0ec0542b-f50b-4217-a930-6324a60773b1"], "kind": "estimate"}]', true, 'account:9b5f8fad-8f71-42c6-999e-b65a1c4984b5', '2026-11-27 13:20:32.376382+00', NULL);















SELECT pg_catalog.setval('commons.access_log_entry_key_seq', 7, true);



SELECT pg_catalog.setval('commons.account_invitations_invitation_key_seq', 1, false);



SELECT pg_catalog.setval('commons.accounts_account_key_seq', 2, true);



SELECT pg_catalog.setval('commons.announcements_announcement_key_seq', 1, false);



SELECT pg_catalog.setval('commons.api_keys_api_key_key_seq', 1, true);



SELECT pg_catalog.setval('commons.consents_consent_key_seq', 1, true);



SELECT pg_catalog.setval('commons.deliveries_delivery_key_seq', 1, true);



SELECT pg_catalog.setval('commons.delivery_reads_read_key_seq', 2, true);



SELECT pg_catalog.setval('commons.events_event_key_seq', 28, true);



SELECT pg_catalog.setval('commons.files_file_key_seq', 1, true);



SELECT pg_catalog.setval('commons.history_history_key_seq', 5, true);



SELECT pg_catalog.setval('commons.imports_import_key_seq', 1, false);



SELECT pg_catalog.setval('commons.inquiries_inquiry_key_seq', 1, false);



SELECT pg_catalog.setval('commons.inquiry_answers_answer_key_seq', 1, false);



SELECT pg_catalog.setval('commons.inquiry_decisions_decision_key_seq', 1, false);



SELECT pg_catalog.setval('commons.inquiry_hops_hop_key_seq', 1, false);



SELECT pg_catalog.setval('commons.invitations_invitation_key_seq', 1, false);



SELECT pg_catalog.setval('commons.ledger_facts_fact_key_seq', 15, true);



SELECT pg_catalog.setval('commons.mappings_mapping_key_seq', 1, false);



SELECT pg_catalog.setval('commons.memberships_membership_key_seq', 2, true);



SELECT pg_catalog.setval('commons.notifications_notification_key_seq', 5, true);



SELECT pg_catalog.setval('commons.openid_subjects_subject_key_seq', 1, false);



SELECT pg_catalog.setval('commons.operators_operator_key_seq', 2, true);



SELECT pg_catalog.setval('commons.part_numbers_part_number_key_seq', 1, false);



SELECT pg_catalog.setval('commons.parts_part_key_seq', 8, true);



SELECT pg_catalog.setval('commons.passkeys_passkey_key_seq', 1, false);



SELECT pg_catalog.setval('commons.plants_plant_key_seq', 2, true);



SELECT pg_catalog.setval('commons.registrations_registration_key_seq', 1, false);



SELECT pg_catalog.setval('commons.request_messages_request_message_key_seq', 4, true);



SELECT pg_catalog.setval('commons.requests_request_key_seq', 2, true);



SELECT pg_catalog.setval('commons.selections_selection_key_seq', 1, false);



SELECT pg_catalog.setval('commons.shared_deliveries_delivery_key_seq', 1, false);



SELECT pg_catalog.setval('commons.structures_structure_key_seq', 3, true);



SELECT pg_catalog.setval('commons.terms_acceptances_acceptance_key_seq', 1, false);



SELECT pg_catalog.setval('commons.terms_terms_key_seq', 1, false);



SELECT pg_catalog.setval('commons.trade_shares_trade_share_key_seq', 1, false);



SELECT pg_catalog.setval('commons.trades_trade_key_seq', 2, true);



SELECT pg_catalog.setval('footprint.certificates_certificate_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.declarations_declaration_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.engagement_reads_read_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.engagements_engagement_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.estimates_estimate_key_seq', 1, true);



SELECT pg_catalog.setval('footprint.factor_seats_seat_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.factor_sets_set_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.factor_uses_use_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.factors_factor_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.findings_finding_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.proposals_proposal_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.renewal_reminders_part_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.sheets_sheet_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.statements_statement_key_seq', 3, true);



SELECT pg_catalog.setval('footprint.unsettled_trade_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.update_policies_policy_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.updates_update_key_seq', 1, false);



SELECT pg_catalog.setval('footprint.verifications_verification_key_seq', 1, false);



ALTER TABLE ONLY commons.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);



ALTER TABLE ONLY commons.duties
    ADD CONSTRAINT duties_pkey PRIMARY KEY (duty);



ALTER TABLE ONLY commons.event_failures
    ADD CONSTRAINT event_failures_pkey PRIMARY KEY (reader, event_key);



ALTER TABLE ONLY commons.event_readers
    ADD CONSTRAINT event_readers_pkey PRIMARY KEY (reader);



ALTER TABLE ONLY commons.events
    ADD CONSTRAINT events_event_id_key UNIQUE (event_id);



ALTER TABLE ONLY commons.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (event_key);



ALTER TABLE ONLY commons.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (history_key);



ALTER TABLE ONLY commons.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (operator_key, caller, route, idempotency_key);



ALTER TABLE ONLY commons.access_log
    ADD CONSTRAINT pk_access_log PRIMARY KEY (entry_key);



ALTER TABLE ONLY commons.account_invitations
    ADD CONSTRAINT pk_account_invitations PRIMARY KEY (invitation_key);



ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (account_key);



ALTER TABLE ONLY commons.announcements
    ADD CONSTRAINT pk_announcements PRIMARY KEY (announcement_key);



ALTER TABLE ONLY commons.api_key_networks
    ADD CONSTRAINT pk_api_key_networks PRIMARY KEY (api_key_key, network);



ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT pk_api_key_operators PRIMARY KEY (api_key_key, operator_key);



ALTER TABLE ONLY commons.api_keys
    ADD CONSTRAINT pk_api_keys PRIMARY KEY (api_key_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT pk_consents PRIMARY KEY (consent_key);



ALTER TABLE ONLY commons.corporate_numbers
    ADD CONSTRAINT pk_corporate_numbers PRIMARY KEY (number);



ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT pk_deliveries PRIMARY KEY (delivery_key);



ALTER TABLE ONLY commons.delivery_reads
    ADD CONSTRAINT pk_delivery_reads PRIMARY KEY (read_key);



ALTER TABLE ONLY commons.digests
    ADD CONSTRAINT pk_digests PRIMARY KEY (account_key);



ALTER TABLE ONLY commons.files
    ADD CONSTRAINT pk_files PRIMARY KEY (file_key);



ALTER TABLE ONLY commons.imports
    ADD CONSTRAINT pk_imports PRIMARY KEY (import_key);



ALTER TABLE ONLY commons.inquiries
    ADD CONSTRAINT pk_inquiries PRIMARY KEY (inquiry_key);



ALTER TABLE ONLY commons.inquiry_answers
    ADD CONSTRAINT pk_inquiry_answers PRIMARY KEY (answer_key);



ALTER TABLE ONLY commons.inquiry_decisions
    ADD CONSTRAINT pk_inquiry_decisions PRIMARY KEY (decision_key);



ALTER TABLE ONLY commons.inquiry_hops
    ADD CONSTRAINT pk_inquiry_hops PRIMARY KEY (hop_key);



ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (invitation_key);



ALTER TABLE ONLY commons.ledger_entries
    ADD CONSTRAINT pk_ledger_entries PRIMARY KEY (leaf_index);



ALTER TABLE ONLY commons.ledger_facts
    ADD CONSTRAINT pk_ledger_facts PRIMARY KEY (fact_key);



ALTER TABLE ONLY commons.ledger_heads
    ADD CONSTRAINT pk_ledger_heads PRIMARY KEY (number);



ALTER TABLE ONLY commons.ledger_keys
    ADD CONSTRAINT pk_ledger_keys PRIMARY KEY (key_id);



ALTER TABLE ONLY commons.ledger_kinds
    ADD CONSTRAINT pk_ledger_kinds PRIMARY KEY (kind);



ALTER TABLE ONLY commons.ledger_log
    ADD CONSTRAINT pk_ledger_log PRIMARY KEY (log_key);



ALTER TABLE ONLY commons.ledger_tiles
    ADD CONSTRAINT pk_ledger_tiles PRIMARY KEY (level, number);



ALTER TABLE ONLY commons.mappings
    ADD CONSTRAINT pk_mappings PRIMARY KEY (mapping_key);



ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT pk_memberships PRIMARY KEY (membership_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT pk_notifications PRIMARY KEY (notification_key);



ALTER TABLE ONLY commons.openid_subjects
    ADD CONSTRAINT pk_openid_subjects PRIMARY KEY (subject_key);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT pk_operators PRIMARY KEY (operator_key);



ALTER TABLE ONLY commons.part_counts
    ADD CONSTRAINT pk_part_counts PRIMARY KEY (operator_key);



ALTER TABLE ONLY commons.part_numbers
    ADD CONSTRAINT pk_part_numbers PRIMARY KEY (part_number_key);



ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT pk_parts PRIMARY KEY (part_key);



ALTER TABLE ONLY commons.passkeys
    ADD CONSTRAINT pk_passkeys PRIMARY KEY (passkey_key);



ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT pk_plants PRIMARY KEY (plant_key);



ALTER TABLE ONLY commons.rates
    ADD CONSTRAINT pk_rates PRIMARY KEY (name);



ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash);



ALTER TABLE ONLY commons.registrations
    ADD CONSTRAINT pk_registrations PRIMARY KEY (registration_key);



ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT pk_request_messages PRIMARY KEY (request_message_key);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT pk_requests PRIMARY KEY (request_key);



ALTER TABLE ONLY commons.sealed_secrets
    ADD CONSTRAINT pk_sealed_secrets PRIMARY KEY (name);



ALTER TABLE ONLY commons.second_factors
    ADD CONSTRAINT pk_second_factors PRIMARY KEY (account_key);



ALTER TABLE ONLY commons.selection_members
    ADD CONSTRAINT pk_selection_members PRIMARY KEY (selection_key, member_key, added_at);



ALTER TABLE ONLY commons.selections
    ADD CONSTRAINT pk_selections PRIMARY KEY (selection_key);



ALTER TABLE ONLY commons.shared_deliveries
    ADD CONSTRAINT pk_shared_deliveries PRIMARY KEY (delivery_key);



ALTER TABLE ONLY commons.signing_keys
    ADD CONSTRAINT pk_signing_keys PRIMARY KEY (key_id);



ALTER TABLE ONLY commons.structure_lines
    ADD CONSTRAINT pk_structure_lines PRIMARY KEY (structure_key, "position");



ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT pk_structures PRIMARY KEY (structure_key);



ALTER TABLE ONLY commons.terms
    ADD CONSTRAINT pk_terms PRIMARY KEY (terms_key);



ALTER TABLE ONLY commons.terms_acceptances
    ADD CONSTRAINT pk_terms_acceptances PRIMARY KEY (acceptance_key);



ALTER TABLE ONLY commons.trade_shares
    ADD CONSTRAINT pk_trade_shares PRIMARY KEY (trade_share_key);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT pk_trades PRIMARY KEY (trade_key);



ALTER TABLE ONLY commons.uses
    ADD CONSTRAINT pk_uses PRIMARY KEY (parent_key, child_key);



ALTER TABLE ONLY commons.account_invitations
    ADD CONSTRAINT uq_account_invitations_invitation_id UNIQUE (invitation_id);



ALTER TABLE ONLY commons.account_invitations
    ADD CONSTRAINT uq_account_invitations_token_hash UNIQUE (token_hash);



ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT uq_accounts_account_id UNIQUE (account_id);



ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT uq_accounts_email UNIQUE (email);



ALTER TABLE ONLY commons.announcements
    ADD CONSTRAINT uq_announcements_announcement_id UNIQUE (announcement_id);



ALTER TABLE ONLY commons.api_keys
    ADD CONSTRAINT uq_api_keys_api_key_id UNIQUE (api_key_id);



ALTER TABLE ONLY commons.api_keys
    ADD CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT uq_consents_consent_id_version UNIQUE (consent_id, version);



ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT uq_deliveries_delivery_id UNIQUE (delivery_id);



ALTER TABLE ONLY commons.files
    ADD CONSTRAINT uq_files_file_id UNIQUE (file_id);



ALTER TABLE ONLY commons.imports
    ADD CONSTRAINT uq_imports_import_id UNIQUE (import_id);



ALTER TABLE ONLY commons.inquiries
    ADD CONSTRAINT uq_inquiries_inquiry_id UNIQUE (inquiry_id);



ALTER TABLE ONLY commons.inquiry_answers
    ADD CONSTRAINT uq_inquiry_answers_answer_id UNIQUE (answer_id);



ALTER TABLE ONLY commons.inquiry_hops
    ADD CONSTRAINT uq_inquiry_hops_hop_id UNIQUE (hop_id);



ALTER TABLE ONLY commons.inquiry_hops
    ADD CONSTRAINT uq_inquiry_hops_inquiry_id_trade_key UNIQUE (inquiry_id, trade_key);



ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT uq_invitations_invitation_id UNIQUE (invitation_id);



ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT uq_invitations_operator_key_invited_key UNIQUE (operator_key, invited_key);



ALTER TABLE ONLY commons.ledger_entries
    ADD CONSTRAINT uq_ledger_entries_fact_key UNIQUE (fact_key);



ALTER TABLE ONLY commons.mappings
    ADD CONSTRAINT uq_mappings_operator_key_kind_name_version UNIQUE (operator_key, kind, name, version);



ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT uq_memberships_account_key_operator_key_role UNIQUE (account_key, operator_key, role);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT uq_notifications_notification_id UNIQUE (notification_id);



ALTER TABLE ONLY commons.openid_subjects
    ADD CONSTRAINT uq_openid_subjects_account_key_issuer UNIQUE (account_key, issuer);



ALTER TABLE ONLY commons.openid_subjects
    ADD CONSTRAINT uq_openid_subjects_issuer_subject UNIQUE (issuer, subject);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_global_operator_id UNIQUE (global_operator_id);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_open_operator_id UNIQUE (open_operator_id);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_operator_id UNIQUE (operator_id);



ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT uq_parts_trace_id UNIQUE (trace_id);



ALTER TABLE ONLY commons.passkeys
    ADD CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id);



ALTER TABLE ONLY commons.passkeys
    ADD CONSTRAINT uq_passkeys_passkey_id UNIQUE (passkey_id);



ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_operator_key_global_plant_id UNIQUE (operator_key, global_plant_id);



ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_operator_key_open_plant_id UNIQUE (operator_key, open_plant_id);



ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_plant_id UNIQUE (plant_id);



ALTER TABLE ONLY commons.registrations
    ADD CONSTRAINT uq_registrations_registration_id UNIQUE (registration_id);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT uq_requests_request_id UNIQUE (request_id);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT uq_requests_trade_key_kind_period_from_period_to UNIQUE NULLS NOT DISTINCT (trade_key, kind, period_from, period_to);



ALTER TABLE ONLY commons.selections
    ADD CONSTRAINT uq_selections_selection_id UNIQUE (selection_id);



ALTER TABLE ONLY commons.shared_deliveries
    ADD CONSTRAINT uq_shared_deliveries_delivery_id UNIQUE (delivery_id);



ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT uq_structures_part_key_version UNIQUE (part_key, version);



ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT uq_structures_structure_id UNIQUE (structure_id);



ALTER TABLE ONLY commons.terms_acceptances
    ADD CONSTRAINT uq_terms_acceptances_operator_key_terms_key UNIQUE (operator_key, terms_key);



ALTER TABLE ONLY commons.terms
    ADD CONSTRAINT uq_terms_terms_id UNIQUE (terms_id);



ALTER TABLE ONLY commons.terms
    ADD CONSTRAINT uq_terms_version UNIQUE (version);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT uq_trades_trade_id UNIQUE (trade_id);



ALTER TABLE ONLY footprint.certificate_files
    ADD CONSTRAINT pk_certificate_files PRIMARY KEY (certificate_key, file_key);



ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT pk_certificates PRIMARY KEY (certificate_key);



ALTER TABLE ONLY footprint.declaration_evidence
    ADD CONSTRAINT pk_declaration_evidence PRIMARY KEY (declaration_key);



ALTER TABLE ONLY footprint.declarations
    ADD CONSTRAINT pk_declarations PRIMARY KEY (declaration_key);



ALTER TABLE ONLY footprint.engagement_evidence
    ADD CONSTRAINT pk_engagement_evidence PRIMARY KEY (engagement_key);



ALTER TABLE ONLY footprint.engagement_reads
    ADD CONSTRAINT pk_engagement_reads PRIMARY KEY (read_key);



ALTER TABLE ONLY footprint.engagements
    ADD CONSTRAINT pk_engagements PRIMARY KEY (engagement_key);



ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT pk_estimates PRIMARY KEY (estimate_key);



ALTER TABLE ONLY footprint.factor_seats
    ADD CONSTRAINT pk_factor_seats PRIMARY KEY (seat_key);



ALTER TABLE ONLY footprint.factor_sets
    ADD CONSTRAINT pk_factor_sets PRIMARY KEY (set_key);



ALTER TABLE ONLY footprint.factor_uses
    ADD CONSTRAINT pk_factor_uses PRIMARY KEY (use_key);



ALTER TABLE ONLY footprint.factors
    ADD CONSTRAINT pk_factors PRIMARY KEY (factor_key);



ALTER TABLE ONLY footprint.findings
    ADD CONSTRAINT pk_findings PRIMARY KEY (finding_key);



ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT pk_proposals PRIMARY KEY (proposal_key);



ALTER TABLE ONLY footprint.renewal_reminders
    ADD CONSTRAINT pk_renewal_reminders PRIMARY KEY (part_key);



ALTER TABLE ONLY footprint.sheets
    ADD CONSTRAINT pk_sheets PRIMARY KEY (sheet_key);



ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT pk_statements PRIMARY KEY (statement_key);



ALTER TABLE ONLY footprint.unsettled
    ADD CONSTRAINT pk_unsettled PRIMARY KEY (trade_key);



ALTER TABLE ONLY footprint.update_policies
    ADD CONSTRAINT pk_update_policies PRIMARY KEY (policy_key);



ALTER TABLE ONLY footprint.updates
    ADD CONSTRAINT pk_updates PRIMARY KEY (update_key);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT pk_verifications PRIMARY KEY (verification_key);



ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT uq_certificates_certificate_id UNIQUE (certificate_id);



ALTER TABLE ONLY footprint.declaration_evidence
    ADD CONSTRAINT uq_declaration_evidence_check_id UNIQUE (check_id);



ALTER TABLE ONLY footprint.declaration_evidence
    ADD CONSTRAINT uq_declaration_evidence_declaration_id UNIQUE (declaration_id);



ALTER TABLE ONLY footprint.declarations
    ADD CONSTRAINT uq_declarations_declaration_id UNIQUE (declaration_id);



ALTER TABLE ONLY footprint.engagements
    ADD CONSTRAINT uq_engagements_engagement_id UNIQUE (engagement_id);



ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT uq_estimates_estimate_id UNIQUE (estimate_id);



ALTER TABLE ONLY footprint.factor_seats
    ADD CONSTRAINT uq_factor_seats_seat_id UNIQUE (seat_id);



ALTER TABLE ONLY footprint.factor_sets
    ADD CONSTRAINT uq_factor_sets_loan_id UNIQUE (loan_id);



ALTER TABLE ONLY footprint.factor_sets
    ADD CONSTRAINT uq_factor_sets_operator_key_name_version UNIQUE (operator_key, name, version);



ALTER TABLE ONLY footprint.factors
    ADD CONSTRAINT uq_factors_set_key_factor_id UNIQUE (set_key, factor_id);



ALTER TABLE ONLY footprint.findings
    ADD CONSTRAINT uq_findings_finding_id UNIQUE (finding_id);



ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT uq_proposals_proposal_id UNIQUE (proposal_id);



ALTER TABLE ONLY footprint.sheets
    ADD CONSTRAINT uq_sheets_sheet_id_version UNIQUE (sheet_id, version);



ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT uq_statements_statement_id UNIQUE (statement_id);



ALTER TABLE ONLY footprint.updates
    ADD CONSTRAINT uq_updates_update_id UNIQUE (update_id);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT uq_verifications_engagement_key UNIQUE (engagement_key);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT uq_verifications_verification_id UNIQUE (verification_id);



CREATE INDEX ix_access_log_account_key ON commons.access_log USING btree (account_key);



CREATE INDEX ix_access_log_at ON commons.access_log USING btree (at);



CREATE INDEX ix_access_log_by ON commons.access_log USING btree (by);



CREATE INDEX ix_access_log_client_ip ON commons.access_log USING btree (client_ip);



CREATE INDEX ix_access_log_operator_key ON commons.access_log USING btree (operator_key);



CREATE INDEX ix_account_invitations_operator_key ON commons.account_invitations USING btree (operator_key);



CREATE INDEX ix_consents_ending ON commons.consents USING btree (valid_until) WHERE ((superseded_at IS NULL) AND (state = ANY (ARRAY['granted'::text, 'refused'::text])) AND (valid_until IS NOT NULL));



CREATE INDEX ix_consents_operator ON commons.consents USING btree (operator_key, consent_key);



CREATE INDEX ix_consents_part ON commons.consents USING btree (part_key, kind) WHERE (superseded_at IS NULL);



CREATE INDEX ix_consents_turning ON commons.consents USING btree (turns_at) WHERE ((superseded_at IS NULL) AND (turns_at IS NOT NULL));



CREATE INDEX ix_consents_wide ON commons.consents USING btree (operator_key, kind) WHERE ((superseded_at IS NULL) AND (subject <> 'part'::text));



CREATE INDEX ix_deliveries_consent ON commons.deliveries USING btree (consent_id, trade_key);



CREATE INDEX ix_deliveries_inbox ON commons.deliveries USING btree (operator_key, trade_key, kind, delivery_key DESC);



CREATE INDEX ix_delivery_reads_delivery ON commons.delivery_reads USING btree (delivery_key);



CREATE INDEX ix_delivery_reads_provider ON commons.delivery_reads USING btree (provider_key, read_key);



CREATE INDEX ix_event_failures_open ON commons.event_failures USING btree (reader, next_attempt_at) WHERE (resolved_at IS NULL);



CREATE INDEX ix_events_order ON commons.events USING btree (xid, event_key);



CREATE INDEX ix_events_origin ON commons.events USING btree (origin);



CREATE INDEX ix_events_sender ON commons.events USING btree (sender_key, event_key);



CREATE INDEX ix_events_track ON commons.events USING btree (track_id) WHERE (track_id IS NOT NULL);



CREATE INDEX ix_files_operator_key ON commons.files USING btree (operator_key);



CREATE INDEX ix_files_reserved ON commons.files USING btree (created_at) WHERE (state = 'reserved'::text);



CREATE INDEX ix_history_row ON commons.history USING btree (table_name, row_key, history_key);



CREATE INDEX ix_idempotency_claimed_at ON commons.idempotency USING btree (claimed_at);



CREATE INDEX ix_imports_operator ON commons.imports USING btree (operator_key, import_key);



CREATE INDEX ix_imports_waiting ON commons.imports USING btree (created_at) WHERE (state = 'ready'::text);



CREATE INDEX ix_inquiries_operator ON commons.inquiries USING btree (operator_key, inquiry_key);



CREATE INDEX ix_inquiry_answers_hop ON commons.inquiry_answers USING btree (hop_key, answer_key);



CREATE INDEX ix_inquiry_answers_inquiry ON commons.inquiry_answers USING btree (inquiry_id, answer_key);



CREATE INDEX ix_inquiry_decisions_hop ON commons.inquiry_decisions USING btree (hop_key);



CREATE INDEX ix_inquiry_decisions_part ON commons.inquiry_decisions USING btree (part_key) WHERE (part_key IS NOT NULL);



CREATE INDEX ix_inquiry_hops_to ON commons.inquiry_hops USING btree (to_key, hop_key);



CREATE INDEX ix_inquiry_hops_trade ON commons.inquiry_hops USING btree (trade_key);



CREATE INDEX ix_ledger_facts_operator ON commons.ledger_facts USING btree (operator_key, fact_key);



CREATE INDEX ix_ledger_facts_subject ON commons.ledger_facts USING btree (subject_id);



CREATE INDEX ix_memberships_operator_key ON commons.memberships USING btree (operator_key);



CREATE INDEX ix_notifications_inbox ON commons.notifications USING btree (operator_key, notification_key);



CREATE INDEX ix_part_numbers_part_key ON commons.part_numbers USING btree (part_key);



CREATE INDEX ix_parts_name ON commons.parts USING btree (operator_key, name, support_name, trace_id) WHERE (deleted_at IS NULL);



CREATE INDEX ix_passkeys_account_key ON commons.passkeys USING btree (account_key);



CREATE INDEX ix_refresh_tokens_family ON commons.refresh_tokens USING btree (family_id);



CREATE INDEX ix_request_messages_request_key ON commons.request_messages USING btree (request_key);



CREATE INDEX ix_requests_downstream ON commons.requests USING btree (downstream_key, created_at, request_key);



CREATE INDEX ix_requests_upstream ON commons.requests USING btree (upstream_key, created_at, request_key);



CREATE INDEX ix_selection_members_member ON commons.selection_members USING btree (member_key);



CREATE INDEX ix_selections_operator ON commons.selections USING btree (operator_key, selection_key);



CREATE INDEX ix_structures_begun ON commons.structures USING btree (part_key, effective_from);



CREATE INDEX ix_structures_future ON commons.structures USING btree (effective_from) WHERE (created_at < ((effective_from)::timestamp without time zone AT TIME ZONE 'UTC'::text));



CREATE INDEX ix_trade_shares_trade_key ON commons.trade_shares USING btree (trade_key);



CREATE INDEX ix_trades_downstream ON commons.trades USING btree (downstream_key, downstream_trace_id) WHERE (cancelled_at IS NULL);



CREATE INDEX ix_trades_downstream_part ON commons.trades USING btree (downstream_part_key) WHERE (cancelled_at IS NULL);



CREATE INDEX ix_trades_upstream ON commons.trades USING btree (upstream_key, created_at) WHERE (cancelled_at IS NULL);



CREATE INDEX ix_trades_upstream_part ON commons.trades USING btree (upstream_part_key) WHERE (cancelled_at IS NULL);



CREATE INDEX ix_uses_child ON commons.uses USING btree (child_key, parent_key);



CREATE UNIQUE INDEX uq_consents_current ON commons.consents USING btree (operator_key, kind, subject, COALESCE(part_key, trade_key, family_key, (0)::bigint), consumer, COALESCE(consumer_key, group_key, (0)::bigint)) WHERE (superseded_at IS NULL);



CREATE UNIQUE INDEX uq_part_numbers ON commons.part_numbers USING btree (operator_key, partner_key, number, part_key) NULLS NOT DISTINCT;



CREATE UNIQUE INDEX uq_parts_natural ON commons.parts USING btree (operator_key, plant_key, name, support_name) NULLS NOT DISTINCT WHERE (deleted_at IS NULL);



CREATE UNIQUE INDEX uq_selection_members_current ON commons.selection_members USING btree (selection_key, member_key) WHERE (removed_at IS NULL);



CREATE UNIQUE INDEX uq_shared_deliveries_current ON commons.shared_deliveries USING btree (provider_key, part_key, kind, audience) WHERE (superseded_at IS NULL);



CREATE INDEX ix_declaration_evidence_operator_key ON footprint.declaration_evidence USING btree (operator_key);



CREATE INDEX ix_declarations_operator ON footprint.declarations USING btree (operator_key, declaration_key);



CREATE INDEX ix_declarations_part_key ON footprint.declarations USING btree (part_key);



CREATE INDEX ix_engagement_evidence_operator_key ON footprint.engagement_evidence USING btree (operator_key);



CREATE INDEX ix_engagement_evidence_verifier_key ON footprint.engagement_evidence USING btree (verifier_key);



CREATE INDEX ix_engagement_reads_engagement_key ON footprint.engagement_reads USING btree (engagement_key);



CREATE INDEX ix_engagement_reads_operator_key ON footprint.engagement_reads USING btree (operator_key);



CREATE INDEX ix_engagement_reads_verifier_key ON footprint.engagement_reads USING btree (verifier_key);



CREATE INDEX ix_engagements_declaration_id ON footprint.engagements USING btree (declaration_id);



CREATE INDEX ix_engagements_operator_key ON footprint.engagements USING btree (operator_key);



CREATE INDEX ix_engagements_verifier_key ON footprint.engagements USING btree (verifier_key);



CREATE INDEX ix_estimates_part_key ON footprint.estimates USING btree (part_key);



CREATE INDEX ix_factor_seats_operator_key ON footprint.factor_seats USING btree (operator_key);



CREATE INDEX ix_factor_sets_lent_by_key ON footprint.factor_sets USING btree (lent_by_key);



CREATE INDEX ix_factor_uses_operator_key ON footprint.factor_uses USING btree (operator_key);



CREATE INDEX ix_factors_operator_key ON footprint.factors USING btree (operator_key);



CREATE INDEX ix_findings_engagement_key ON footprint.findings USING btree (engagement_key);



CREATE INDEX ix_findings_operator_key ON footprint.findings USING btree (operator_key);



CREATE INDEX ix_findings_verifier_key ON footprint.findings USING btree (verifier_key);



CREATE INDEX ix_proposals_downstream_key ON footprint.proposals USING btree (downstream_key);



CREATE INDEX ix_proposals_trade_key ON footprint.proposals USING btree (trade_key);



CREATE INDEX ix_proposals_upstream_key ON footprint.proposals USING btree (upstream_key);



CREATE INDEX ix_renewal_reminders_operator_key ON footprint.renewal_reminders USING btree (operator_key);



CREATE INDEX ix_sheets_operator_key ON footprint.sheets USING btree (operator_key);



CREATE INDEX ix_statements_operator ON footprint.statements USING btree (operator_key, statement_key);



CREATE INDEX ix_unsettled_operator_key ON footprint.unsettled USING btree (operator_key);



CREATE INDEX ix_updates_due ON footprint.updates USING btree (due) WHERE ((state = 'waiting'::text) AND (due IS NOT NULL));



CREATE INDEX ix_updates_part ON footprint.updates USING btree (operator_key, part_key, update_key DESC);



CREATE INDEX ix_verifications_declaration_id ON footprint.verifications USING btree (declaration_id);



CREATE INDEX ix_verifications_operator_key ON footprint.verifications USING btree (operator_key);



CREATE INDEX ix_verifications_verifier_key ON footprint.verifications USING btree (verifier_key);



CREATE UNIQUE INDEX uq_certificates_part ON footprint.certificates USING btree (part_key) WHERE (deleted_at IS NULL);



CREATE UNIQUE INDEX uq_estimates_current ON footprint.estimates USING btree (part_key, trade_key) NULLS NOT DISTINCT WHERE (superseded_at IS NULL);



CREATE UNIQUE INDEX uq_sheets_current ON footprint.sheets USING btree (part_key, trade_key, period_from, period_to) NULLS NOT DISTINCT WHERE (superseded_at IS NULL);



CREATE UNIQUE INDEX uq_statements_current ON footprint.statements USING btree (part_key, trade_key) NULLS NOT DISTINCT WHERE (superseded_at IS NULL);



CREATE UNIQUE INDEX uq_statements_version ON footprint.statements USING btree (part_key, trade_key, version) NULLS NOT DISTINCT;



CREATE UNIQUE INDEX uq_update_policies_current ON footprint.update_policies USING btree (part_key) WHERE (superseded_at IS NULL);



CREATE UNIQUE INDEX uq_updates_waiting ON footprint.updates USING btree (part_key, trade_key) NULLS NOT DISTINCT WHERE (state = 'waiting'::text);



CREATE TRIGGER check_lines AFTER INSERT ON commons.structure_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION commons.check_lines();



CREATE TRIGGER count_deleted_part AFTER UPDATE OF deleted_at ON commons.parts FOR EACH ROW WHEN (((old.deleted_at IS NULL) <> (new.deleted_at IS NULL))) EXECUTE FUNCTION commons.count_deleted_part();



CREATE TRIGGER count_new_parts AFTER INSERT ON commons.parts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION commons.count_new_parts();



CREATE TRIGGER keep_history AFTER UPDATE ON commons.operators FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('operator_key', 'operator_key');



CREATE TRIGGER keep_history AFTER UPDATE ON commons.parts FOR EACH ROW WHEN (((((((((((((old.plant_key IS DISTINCT FROM new.plant_key) OR (old.name IS DISTINCT FROM new.name)) OR (old.support_name IS DISTINCT FROM new.support_name)) OR (old.terminated IS DISTINCT FROM new.terminated)) OR (old.unit IS DISTINCT FROM new.unit)) OR (old.label IS DISTINCT FROM new.label)) OR (old.info1 IS DISTINCT FROM new.info1)) OR (old.info2 IS DISTINCT FROM new.info2)) OR (old.info3 IS DISTINCT FROM new.info3)) OR (old.mass_kg_per_unit IS DISTINCT FROM new.mass_kg_per_unit)) OR (old.density_kg_per_liter IS DISTINCT FROM new.density_kg_per_liter)) OR (old.deleted_at IS DISTINCT FROM new.deleted_at))) EXECUTE FUNCTION commons.keep_history('operator_key', 'part_key');



CREATE TRIGGER keep_history AFTER UPDATE ON commons.plants FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('operator_key', 'plant_key');



CREATE TRIGGER keep_history AFTER UPDATE ON commons.requests FOR EACH ROW WHEN ((((((((((old.state IS DISTINCT FROM new.state) OR (old.message IS DISTINCT FROM new.message)) OR (old.reply_message IS DISTINCT FROM new.reply_message)) OR (old.due_date IS DISTINCT FROM new.due_date)) OR (old.period_from IS DISTINCT FROM new.period_from)) OR (old.period_to IS DISTINCT FROM new.period_to)) OR (old.customer_part IS DISTINCT FROM new.customer_part)) OR (old.review IS DISTINCT FROM new.review)) OR (old.review_reason IS DISTINCT FROM new.review_reason))) EXECUTE FUNCTION commons.keep_history('downstream_key', 'request_key');



CREATE TRIGGER keep_history AFTER UPDATE ON commons.selections FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('operator_key', 'selection_key');



CREATE TRIGGER keep_history AFTER UPDATE ON commons.trades FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('downstream_key', 'trade_key');



CREATE TRIGGER keep_uses AFTER UPDATE OF structure_key, deleted_at ON commons.parts FOR EACH ROW WHEN (((old.structure_key IS DISTINCT FROM new.structure_key) OR (old.deleted_at IS DISTINCT FROM new.deleted_at))) EXECUTE FUNCTION commons.keep_uses();



CREATE TRIGGER keep_uses_of_new AFTER INSERT ON commons.parts FOR EACH ROW WHEN ((new.structure_key IS NOT NULL)) EXECUTE FUNCTION commons.keep_uses();



CREATE TRIGGER wake_worker AFTER INSERT ON commons.events REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION commons.wake_worker();



ALTER TABLE ONLY commons.access_log
    ADD CONSTRAINT fk_access_log_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.access_log
    ADD CONSTRAINT fk_access_log_operator_key_operators FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.account_invitations
    ADD CONSTRAINT fk_account_invitations_operator_key_operators FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.api_key_networks
    ADD CONSTRAINT fk_api_key_networks_api_key_key FOREIGN KEY (api_key_key) REFERENCES commons.api_keys(api_key_key);



ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT fk_api_key_operators_api_key_key FOREIGN KEY (api_key_key) REFERENCES commons.api_keys(api_key_key);



ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT fk_api_key_operators_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_consumer_key FOREIGN KEY (consumer_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_family_key FOREIGN KEY (family_key) REFERENCES commons.selections(selection_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_group_key FOREIGN KEY (group_key) REFERENCES commons.selections(selection_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_provider_key FOREIGN KEY (provider_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.digests
    ADD CONSTRAINT fk_digests_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.files
    ADD CONSTRAINT fk_files_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.imports
    ADD CONSTRAINT fk_imports_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.inquiries
    ADD CONSTRAINT fk_inquiries_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.inquiries
    ADD CONSTRAINT fk_inquiries_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.inquiry_answers
    ADD CONSTRAINT fk_inquiry_answers_hop_key FOREIGN KEY (hop_key) REFERENCES commons.inquiry_hops(hop_key);



ALTER TABLE ONLY commons.inquiry_answers
    ADD CONSTRAINT fk_inquiry_answers_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.inquiry_decisions
    ADD CONSTRAINT fk_inquiry_decisions_hop_key FOREIGN KEY (hop_key) REFERENCES commons.inquiry_hops(hop_key);



ALTER TABLE ONLY commons.inquiry_hops
    ADD CONSTRAINT fk_inquiry_hops_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT fk_invitations_invited_key FOREIGN KEY (invited_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT fk_invitations_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.mappings
    ADD CONSTRAINT fk_mappings_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT fk_memberships_account_key FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT fk_memberships_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_request_key FOREIGN KEY (request_key) REFERENCES commons.requests(request_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_sender_key FOREIGN KEY (sender_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.openid_subjects
    ADD CONSTRAINT fk_openid_subjects_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT fk_operators_invited_by_key FOREIGN KEY (invited_by_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT fk_operators_successor_key FOREIGN KEY (successor_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.part_numbers
    ADD CONSTRAINT fk_part_numbers_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.part_numbers
    ADD CONSTRAINT fk_part_numbers_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY commons.part_numbers
    ADD CONSTRAINT fk_part_numbers_partner_key FOREIGN KEY (partner_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT fk_parts_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT fk_parts_plant_key FOREIGN KEY (plant_key) REFERENCES commons.plants(plant_key);



ALTER TABLE ONLY commons.passkeys
    ADD CONSTRAINT fk_passkeys_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT fk_plants_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_account_key FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.registrations
    ADD CONSTRAINT fk_registrations_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.registrations
    ADD CONSTRAINT fk_registrations_operator_key_operators FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT fk_request_messages_downstream_key FOREIGN KEY (downstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT fk_request_messages_request_key FOREIGN KEY (request_key) REFERENCES commons.requests(request_key);



ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT fk_request_messages_sender_key FOREIGN KEY (sender_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT fk_request_messages_upstream_key FOREIGN KEY (upstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT fk_requests_downstream_key FOREIGN KEY (downstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT fk_requests_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT fk_requests_upstream_key FOREIGN KEY (upstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.second_factors
    ADD CONSTRAINT fk_second_factors_account_key_accounts FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);



ALTER TABLE ONLY commons.selection_members
    ADD CONSTRAINT fk_selection_members_selection_key FOREIGN KEY (selection_key) REFERENCES commons.selections(selection_key);



ALTER TABLE ONLY commons.selections
    ADD CONSTRAINT fk_selections_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.shared_deliveries
    ADD CONSTRAINT fk_shared_deliveries_provider_key FOREIGN KEY (provider_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT fk_structures_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT fk_structures_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY commons.terms_acceptances
    ADD CONSTRAINT fk_terms_acceptances_operator_key_operators FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.terms_acceptances
    ADD CONSTRAINT fk_terms_acceptances_terms_key_terms FOREIGN KEY (terms_key) REFERENCES commons.terms(terms_key);



ALTER TABLE ONLY commons.trade_shares
    ADD CONSTRAINT fk_trade_shares_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.trade_shares
    ADD CONSTRAINT fk_trade_shares_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT fk_trades_downstream_key FOREIGN KEY (downstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT fk_trades_downstream_part_key FOREIGN KEY (downstream_part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT fk_trades_upstream_key FOREIGN KEY (upstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT fk_trades_upstream_part_key FOREIGN KEY (upstream_part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.certificate_files
    ADD CONSTRAINT certificate_files_file_key_fkey FOREIGN KEY (file_key) REFERENCES commons.files(file_key);



ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT certificates_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT certificates_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.declaration_evidence
    ADD CONSTRAINT declaration_evidence_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.declarations
    ADD CONSTRAINT declarations_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.declarations
    ADD CONSTRAINT declarations_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.engagement_evidence
    ADD CONSTRAINT engagement_evidence_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.engagement_evidence
    ADD CONSTRAINT engagement_evidence_verifier_key_fkey FOREIGN KEY (verifier_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.engagement_reads
    ADD CONSTRAINT engagement_reads_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.engagement_reads
    ADD CONSTRAINT engagement_reads_verifier_key_fkey FOREIGN KEY (verifier_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.engagements
    ADD CONSTRAINT engagements_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.engagements
    ADD CONSTRAINT engagements_verifier_key_fkey FOREIGN KEY (verifier_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.factor_seats
    ADD CONSTRAINT factor_seats_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.factor_sets
    ADD CONSTRAINT factor_sets_lent_by_key_fkey FOREIGN KEY (lent_by_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.factor_sets
    ADD CONSTRAINT factor_sets_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.factor_uses
    ADD CONSTRAINT factor_uses_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.factors
    ADD CONSTRAINT factors_lent_by_key_fkey FOREIGN KEY (lent_by_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.factors
    ADD CONSTRAINT factors_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.findings
    ADD CONSTRAINT findings_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.findings
    ADD CONSTRAINT findings_verifier_key_fkey FOREIGN KEY (verifier_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.certificate_files
    ADD CONSTRAINT fk_certificate_files_certificate_key FOREIGN KEY (certificate_key) REFERENCES footprint.certificates(certificate_key);



ALTER TABLE ONLY footprint.declaration_evidence
    ADD CONSTRAINT fk_declaration_evidence_declaration_key FOREIGN KEY (declaration_key) REFERENCES footprint.declarations(declaration_key);



ALTER TABLE ONLY footprint.declarations
    ADD CONSTRAINT fk_declarations_statement_key FOREIGN KEY (statement_key) REFERENCES footprint.statements(statement_key);



ALTER TABLE ONLY footprint.engagement_evidence
    ADD CONSTRAINT fk_engagement_evidence_engagement_key FOREIGN KEY (engagement_key) REFERENCES footprint.engagements(engagement_key);



ALTER TABLE ONLY footprint.engagement_reads
    ADD CONSTRAINT fk_engagement_reads_engagement_key FOREIGN KEY (engagement_key) REFERENCES footprint.engagements(engagement_key);



ALTER TABLE ONLY footprint.engagements
    ADD CONSTRAINT fk_engagements_declaration_key FOREIGN KEY (declaration_key) REFERENCES footprint.declarations(declaration_key);



ALTER TABLE ONLY footprint.factors
    ADD CONSTRAINT fk_factors_set_key FOREIGN KEY (set_key) REFERENCES footprint.factor_sets(set_key);



ALTER TABLE ONLY footprint.findings
    ADD CONSTRAINT fk_findings_engagement_key FOREIGN KEY (engagement_key) REFERENCES footprint.engagements(engagement_key);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT fk_verifications_engagement_key FOREIGN KEY (engagement_key) REFERENCES footprint.engagements(engagement_key);



ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_downstream_key_fkey FOREIGN KEY (downstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_upstream_key_fkey FOREIGN KEY (upstream_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.renewal_reminders
    ADD CONSTRAINT renewal_reminders_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.renewal_reminders
    ADD CONSTRAINT renewal_reminders_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.sheets
    ADD CONSTRAINT sheets_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.sheets
    ADD CONSTRAINT sheets_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.sheets
    ADD CONSTRAINT sheets_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.unsettled
    ADD CONSTRAINT unsettled_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.unsettled
    ADD CONSTRAINT unsettled_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.update_policies
    ADD CONSTRAINT update_policies_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.update_policies
    ADD CONSTRAINT update_policies_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.updates
    ADD CONSTRAINT updates_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.updates
    ADD CONSTRAINT updates_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);



ALTER TABLE ONLY footprint.updates
    ADD CONSTRAINT updates_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT verifications_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);



ALTER TABLE ONLY footprint.verifications
    ADD CONSTRAINT verifications_verifier_key_fkey FOREIGN KEY (verifier_key) REFERENCES commons.operators(operator_key);



CREATE POLICY access ON commons.operators FOR SELECT TO renkei_access USING (true);



CREATE POLICY ask ON commons.inquiry_hops FOR INSERT TO renkei_app WITH CHECK ((from_key = ( SELECT commons.me() AS me)));



CREATE POLICY ask ON commons.requests FOR INSERT WITH CHECK ((downstream_key = ( SELECT commons.me() AS me)));



CREATE POLICY ask ON commons.trades FOR INSERT WITH CHECK ((downstream_key = ( SELECT commons.me() AS me)));



CREATE POLICY change ON commons.requests FOR UPDATE USING (((( SELECT commons.me() AS me) = downstream_key) OR (( SELECT commons.me() AS me) = upstream_key)));



CREATE POLICY change ON commons.trades FOR UPDATE USING (((( SELECT commons.me() AS me) = downstream_key) OR (( SELECT commons.me() AS me) = upstream_key)));



ALTER TABLE commons.consents ENABLE ROW LEVEL SECURITY;


CREATE POLICY deliver ON commons.deliveries FOR INSERT WITH CHECK ((provider_key = ( SELECT commons.me() AS me)));



CREATE POLICY deliver ON commons.inquiry_answers FOR INSERT TO renkei_app WITH CHECK ((EXISTS ( SELECT
   FROM commons.inquiry_hops h
  WHERE ((h.hop_key = inquiry_answers.hop_key) AND (h.to_key = ( SELECT commons.me() AS me)) AND (h.asker_key = inquiry_answers.operator_key) AND (h.inquiry_id = inquiry_answers.inquiry_id)))));



CREATE POLICY deliver ON commons.shared_deliveries FOR INSERT TO renkei_app WITH CHECK ((provider_key = ( SELECT commons.me() AS me)));



ALTER TABLE commons.deliveries ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.delivery_reads ENABLE ROW LEVEL SECURITY;


CREATE POLICY directory ON commons.operators FOR SELECT TO renkei_app USING (((state <> 'provisional'::text) OR (invited_by_key = ( SELECT commons.me() AS me)) OR (operator_key = ( SELECT commons.me() AS me))));



CREATE POLICY due ON commons.consents FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON commons.files FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON commons.imports FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON commons.parts FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON commons.structures FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON commons.trade_shares FOR SELECT TO renkei_engine USING (true);



CREATE POLICY emit ON commons.events FOR INSERT WITH CHECK ((sender_key = ( SELECT commons.me() AS me)));



CREATE POLICY engine ON commons.events TO renkei_engine USING (true) WITH CHECK (true);



CREATE POLICY engine ON commons.operators FOR SELECT TO renkei_engine USING (true);



CREATE POLICY erase ON commons.ledger_facts FOR UPDATE TO renkei_app USING ((operator_key = commons.me())) WITH CHECK (((content IS NULL) AND (salt IS NULL)));



ALTER TABLE commons.events ENABLE ROW LEVEL SECURITY;


CREATE POLICY everybody ON commons.shared_deliveries FOR SELECT TO renkei_engine USING (((audience = 'public'::text) AND (superseded_at IS NULL) AND (NOT withdrawn)));



ALTER TABLE commons.files ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.history ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.idempotency ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.imports ENABLE ROW LEVEL SECURITY;


CREATE POLICY inbox ON commons.deliveries FOR SELECT USING (((( SELECT commons.me() AS me) = operator_key) OR (( SELECT commons.me() AS me) = provider_key)));



CREATE POLICY inbox ON commons.inquiry_answers FOR SELECT TO renkei_app USING (((operator_key = ( SELECT commons.me() AS me)) OR (EXISTS ( SELECT
   FROM commons.inquiry_hops h
  WHERE ((h.hop_key = inquiry_answers.hop_key) AND (h.to_key = ( SELECT commons.me() AS me)))))));



CREATE POLICY inbox ON commons.notifications FOR SELECT USING ((operator_key = commons.me()));



ALTER TABLE commons.inquiries ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.inquiry_answers ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.inquiry_decisions ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.inquiry_hops ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.invitations ENABLE ROW LEVEL SECURITY;


CREATE POLICY invite ON commons.operators FOR INSERT TO renkei_app WITH CHECK (((state = 'provisional'::text) AND (invited_by_key = ( SELECT commons.me() AS me))));



ALTER TABLE commons.ledger_entries ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.ledger_facts ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.ledger_queue ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.mappings ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.notifications ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.operators ENABLE ROW LEVEL SECURITY;


CREATE POLICY own ON commons.consents USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.files USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.history USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.idempotency USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.imports USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.inquiries USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.inquiry_decisions USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.invitations USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.mappings USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.operators FOR UPDATE TO renkei_app USING ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.part_counts USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.part_numbers USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON commons.parts USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.plants USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.selection_members USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.selections USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.structure_lines USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.structures USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.terms_acceptances FOR SELECT TO renkei_app USING ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.trade_shares USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



CREATE POLICY own ON commons.uses USING ((operator_key = ( SELECT commons.me() AS me))) WITH CHECK ((operator_key = ( SELECT commons.me() AS me)));



ALTER TABLE commons.part_counts ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.part_numbers ENABLE ROW LEVEL SECURITY;


CREATE POLICY parties ON commons.delivery_reads FOR SELECT TO renkei_app USING (((( SELECT commons.me() AS me) = provider_key) OR (( SELECT commons.me() AS me) = consumer_key)));



CREATE POLICY parties ON commons.inquiry_hops FOR SELECT TO renkei_app USING (((( SELECT commons.me() AS me) = from_key) OR (( SELECT commons.me() AS me) = to_key)));



CREATE POLICY parties ON commons.ledger_entries FOR SELECT TO renkei_app USING (commons.may_read_fact(fact_key));



CREATE POLICY parties ON commons.ledger_facts FOR SELECT TO renkei_app USING (((operator_key = commons.me()) OR (commons.me() = ANY (parties))));



CREATE POLICY parties ON commons.request_messages FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));



CREATE POLICY parties ON commons.requests FOR SELECT USING (((( SELECT commons.me() AS me) = downstream_key) OR (( SELECT commons.me() AS me) = upstream_key)));



CREATE POLICY parties ON commons.trades FOR SELECT USING (((( SELECT commons.me() AS me) = downstream_key) OR (( SELECT commons.me() AS me) = upstream_key)));



ALTER TABLE commons.parts ENABLE ROW LEVEL SECURITY;


CREATE POLICY pending ON commons.events FOR SELECT TO CURRENT_USER USING (true);



ALTER TABLE commons.plants ENABLE ROW LEVEL SECURITY;


CREATE POLICY purge ON commons.delivery_reads TO renkei_engine USING (true);



CREATE POLICY purge ON commons.idempotency TO renkei_engine USING (true);



CREATE POLICY purge ON commons.notifications TO renkei_engine USING (true);



CREATE POLICY put ON commons.ledger_queue FOR INSERT TO renkei_app WITH CHECK (true);



CREATE POLICY record ON commons.delivery_reads FOR INSERT TO renkei_engine WITH CHECK (true);



CREATE POLICY record ON commons.history FOR INSERT TO CURRENT_USER WITH CHECK (true);



CREATE POLICY record ON commons.ledger_facts FOR INSERT TO renkei_app WITH CHECK ((operator_key = commons.me()));



ALTER TABLE commons.request_messages ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.requests ENABLE ROW LEVEL SECURITY;


CREATE POLICY say ON commons.request_messages FOR INSERT WITH CHECK (((sender_key = commons.me()) AND ((commons.me() = downstream_key) OR (commons.me() = upstream_key))));



CREATE POLICY seen ON commons.notifications FOR UPDATE USING ((operator_key = commons.me()));



ALTER TABLE commons.selection_members ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.selections ENABLE ROW LEVEL SECURITY;


CREATE POLICY sender ON commons.events FOR SELECT USING ((sender_key = ( SELECT commons.me() AS me)));



CREATE POLICY sequence ON commons.ledger_entries TO renkei_ledger USING (true) WITH CHECK (true);



CREATE POLICY sequence ON commons.ledger_facts FOR SELECT TO renkei_ledger USING (true);



CREATE POLICY sequence ON commons.ledger_queue TO renkei_ledger USING (true) WITH CHECK (true);



CREATE POLICY shared ON commons.shared_deliveries FOR SELECT TO renkei_app USING (((provider_key = ( SELECT commons.me() AS me)) OR ((( SELECT commons.me() AS me) IS NOT NULL) AND (superseded_at IS NULL) AND (NOT withdrawn))));



ALTER TABLE commons.shared_deliveries ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.structure_lines ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.structures ENABLE ROW LEVEL SECURITY;


CREATE POLICY supersede ON commons.shared_deliveries FOR UPDATE TO renkei_app USING ((provider_key = ( SELECT commons.me() AS me)));



CREATE POLICY tell ON commons.notifications FOR INSERT WITH CHECK ((sender_key = commons.me()));



ALTER TABLE commons.terms_acceptances ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.trade_shares ENABLE ROW LEVEL SECURITY;


ALTER TABLE commons.trades ENABLE ROW LEVEL SECURITY;


CREATE POLICY usage ON commons.part_counts FOR SELECT TO renkei_engine USING (true);



CREATE POLICY usage ON commons.requests FOR SELECT TO renkei_engine USING (true);



ALTER TABLE commons.uses ENABLE ROW LEVEL SECURITY;


CREATE POLICY accepted ON footprint.engagement_evidence FOR SELECT USING (((verifier_key = commons.me()) AND (EXISTS ( SELECT
   FROM footprint.engagements e
  WHERE ((e.engagement_key = engagement_evidence.engagement_key) AND (e.state = ANY (ARRAY['accepted'::text, 'concluded'::text])))))));



CREATE POLICY answer ON footprint.findings FOR UPDATE USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



ALTER TABLE footprint.certificate_files ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.certificates ENABLE ROW LEVEL SECURITY;


CREATE POLICY checked ON footprint.declaration_evidence FOR SELECT TO renkei_access USING (true);



CREATE POLICY decide ON footprint.engagements FOR UPDATE USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



CREATE POLICY decide ON footprint.proposals FOR UPDATE USING ((upstream_key = commons.me()));



ALTER TABLE footprint.declaration_evidence ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.declarations ENABLE ROW LEVEL SECURITY;


CREATE POLICY due ON footprint.renewal_reminders FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON footprint.statements FOR SELECT TO renkei_engine USING (true);



CREATE POLICY due ON footprint.updates FOR SELECT TO renkei_engine USING (true);



ALTER TABLE footprint.engagement_evidence ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.engagement_reads ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.engagements ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.estimates ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.factor_seats ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.factor_sets ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.factor_uses ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.factors ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.findings ENABLE ROW LEVEL SECURITY;


CREATE POLICY lend ON footprint.factor_sets FOR INSERT WITH CHECK ((lent_by_key = commons.me()));



CREATE POLICY lend ON footprint.factors FOR INSERT WITH CHECK ((lent_by_key = commons.me()));



CREATE POLICY lent ON footprint.factor_sets FOR SELECT USING ((lent_by_key = commons.me()));



CREATE POLICY offer ON footprint.engagements FOR INSERT WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.certificate_files USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.certificates USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.declaration_evidence USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.declarations USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.engagement_evidence USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.estimates USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.factor_seats TO renkei_app USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.factor_sets USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.factor_uses TO renkei_app USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.factors USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.renewal_reminders TO renkei_app USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.sheets USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.statements USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.unsettled USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.update_policies USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY own ON footprint.updates USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));



CREATE POLICY parties ON footprint.engagement_reads FOR SELECT USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



CREATE POLICY parties ON footprint.engagements FOR SELECT USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



CREATE POLICY parties ON footprint.findings FOR SELECT USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



CREATE POLICY parties ON footprint.proposals FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));



CREATE POLICY parties ON footprint.verifications FOR SELECT USING (((commons.me() = operator_key) OR (commons.me() = verifier_key)));



ALTER TABLE footprint.proposals ENABLE ROW LEVEL SECURITY;


CREATE POLICY propose ON footprint.proposals FOR INSERT WITH CHECK ((downstream_key = commons.me()));



CREATE POLICY record ON footprint.factor_uses FOR INSERT TO renkei_engine WITH CHECK (true);



ALTER TABLE footprint.renewal_reminders ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.sheets ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.statements ENABLE ROW LEVEL SECURITY;


CREATE POLICY take_back ON footprint.factor_sets FOR UPDATE USING ((lent_by_key = commons.me()));



ALTER TABLE footprint.unsettled ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.update_policies ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.updates ENABLE ROW LEVEL SECURITY;


ALTER TABLE footprint.verifications ENABLE ROW LEVEL SECURITY;


CREATE POLICY verify ON footprint.engagement_reads FOR INSERT WITH CHECK ((verifier_key = commons.me()));



CREATE POLICY verify ON footprint.findings FOR INSERT WITH CHECK ((verifier_key = commons.me()));



CREATE POLICY verify ON footprint.verifications FOR INSERT WITH CHECK ((verifier_key = commons.me()));



GRANT USAGE ON SCHEMA commons TO renkei_app;
GRANT USAGE ON SCHEMA commons TO renkei_engine;
GRANT USAGE ON SCHEMA commons TO renkei_ledger;
GRANT USAGE ON SCHEMA commons TO renkei_access;



GRANT USAGE ON SCHEMA footprint TO renkei_app;
GRANT USAGE ON SCHEMA footprint TO renkei_engine;
GRANT USAGE ON SCHEMA footprint TO renkei_access;



REVOKE ALL ON FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamp with time zone) TO renkei_app;
GRANT ALL ON FUNCTION commons.enter(p_key_hash bytea, p_client inet, p_operator uuid, p_account uuid, p_now timestamp with time zone) TO renkei_access;



REVOKE ALL ON FUNCTION commons.events_pending(p_reader text, p_version xid8) FROM PUBLIC;
GRANT ALL ON FUNCTION commons.events_pending(p_reader text, p_version xid8) TO renkei_app;
GRANT ALL ON FUNCTION commons.events_pending(p_reader text, p_version xid8) TO renkei_engine;



REVOKE ALL ON FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) TO renkei_app;
GRANT ALL ON FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) TO renkei_engine;
GRANT ALL ON FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) TO renkei_access;
GRANT ALL ON FUNCTION commons.hold_duty(p_duty text, p_epoch bigint) TO renkei_ledger;



GRANT ALL ON FUNCTION commons.me() TO renkei_app;
GRANT ALL ON FUNCTION commons.me() TO renkei_engine;
GRANT ALL ON FUNCTION commons.me() TO renkei_ledger;
GRANT ALL ON FUNCTION commons.me() TO renkei_access;



GRANT INSERT,DELETE ON TABLE commons.access_log TO renkei_access;



GRANT SELECT(at) ON TABLE commons.access_log TO renkei_access;



GRANT SELECT ON TABLE commons.accounts TO renkei_access;



GRANT UPDATE(password_hash) ON TABLE commons.accounts TO renkei_access;



GRANT UPDATE(failed_logins) ON TABLE commons.accounts TO renkei_access;



GRANT UPDATE(locked_until) ON TABLE commons.accounts TO renkei_access;



GRANT UPDATE(password_changed_at) ON TABLE commons.accounts TO renkei_access;



GRANT SELECT ON TABLE commons.alembic_version TO renkei_app;
GRANT SELECT ON TABLE commons.alembic_version TO renkei_engine;



GRANT SELECT ON TABLE commons.api_key_networks TO renkei_access;



GRANT SELECT ON TABLE commons.api_key_operators TO renkei_access;



GRANT SELECT ON TABLE commons.api_keys TO renkei_access;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.consents TO renkei_app;



GRANT SELECT(operator_key) ON TABLE commons.consents TO renkei_engine;



GRANT SELECT(valid_until) ON TABLE commons.consents TO renkei_engine;



GRANT SELECT(state) ON TABLE commons.consents TO renkei_engine;



GRANT SELECT(superseded_at) ON TABLE commons.consents TO renkei_engine;



GRANT SELECT(turns_at) ON TABLE commons.consents TO renkei_engine;



GRANT SELECT,INSERT ON TABLE commons.deliveries TO renkei_app;



GRANT SELECT ON TABLE commons.delivery_reads TO renkei_app;
GRANT INSERT,DELETE ON TABLE commons.delivery_reads TO renkei_engine;



GRANT SELECT(read_key) ON TABLE commons.delivery_reads TO renkei_engine;



GRANT SELECT(last_at) ON TABLE commons.delivery_reads TO renkei_engine;



GRANT SELECT ON TABLE commons.delivery_versions TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.operators TO renkei_app;
GRANT SELECT ON TABLE commons.operators TO renkei_engine;
GRANT SELECT ON TABLE commons.operators TO renkei_access;



GRANT UPDATE(name) ON TABLE commons.operators TO renkei_app;



GRANT UPDATE(address) ON TABLE commons.operators TO renkei_app;



GRANT UPDATE(global_operator_id) ON TABLE commons.operators TO renkei_app;



GRANT UPDATE(updated_at) ON TABLE commons.operators TO renkei_app;



GRANT SELECT ON TABLE commons.directory TO renkei_app;
GRANT SELECT ON TABLE commons.directory TO renkei_engine;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.duties TO renkei_engine;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.event_failures TO renkei_engine;



GRANT SELECT(reader) ON TABLE commons.event_failures TO renkei_app;



GRANT SELECT(event_key) ON TABLE commons.event_failures TO renkei_app;



GRANT SELECT(next_attempt_at) ON TABLE commons.event_failures TO renkei_app;



GRANT SELECT(resolved_at) ON TABLE commons.event_failures TO renkei_app;



GRANT SELECT ON TABLE commons.event_readers TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.event_readers TO renkei_engine;



GRANT SELECT,INSERT ON TABLE commons.events TO renkei_app;
GRANT SELECT,DELETE ON TABLE commons.events TO renkei_engine;



GRANT UPDATE(origin) ON TABLE commons.events TO renkei_engine;



GRANT UPDATE(xid) ON TABLE commons.events TO renkei_engine;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.files TO renkei_app;



GRANT SELECT(operator_key) ON TABLE commons.files TO renkei_engine;



GRANT SELECT(state) ON TABLE commons.files TO renkei_engine;



GRANT SELECT(created_at) ON TABLE commons.files TO renkei_engine;



GRANT SELECT ON TABLE commons.history TO renkei_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.idempotency TO renkei_app;
GRANT DELETE ON TABLE commons.idempotency TO renkei_engine;



GRANT SELECT(claimed_at) ON TABLE commons.idempotency TO renkei_engine;



GRANT SELECT,INSERT ON TABLE commons.imports TO renkei_app;



GRANT SELECT(operator_key) ON TABLE commons.imports TO renkei_engine;



GRANT UPDATE(content) ON TABLE commons.imports TO renkei_app;



GRANT UPDATE(state) ON TABLE commons.imports TO renkei_app;
GRANT SELECT(state) ON TABLE commons.imports TO renkei_engine;



GRANT UPDATE(report) ON TABLE commons.imports TO renkei_app;



GRANT UPDATE(fingerprint) ON TABLE commons.imports TO renkei_app;



GRANT UPDATE(result) ON TABLE commons.imports TO renkei_app;



GRANT SELECT(created_at) ON TABLE commons.imports TO renkei_engine;



GRANT UPDATE(finished_at) ON TABLE commons.imports TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.inquiries TO renkei_app;



GRANT UPDATE(withdrawn_at) ON TABLE commons.inquiries TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.inquiry_answers TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.inquiry_decisions TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.inquiry_hops TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.invitations TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.parts TO renkei_app;



GRANT SELECT(part_key) ON TABLE commons.parts TO renkei_engine;



GRANT SELECT(operator_key) ON TABLE commons.parts TO renkei_engine;



GRANT SELECT(structure_key) ON TABLE commons.parts TO renkei_engine;



GRANT SELECT,INSERT ON TABLE commons.trades TO renkei_app;



GRANT UPDATE(upstream_part_key) ON TABLE commons.trades TO renkei_app;



GRANT UPDATE(upstream_trace_id) ON TABLE commons.trades TO renkei_app;



GRANT UPDATE(linked_at) ON TABLE commons.trades TO renkei_app;



GRANT UPDATE(cancelled_at) ON TABLE commons.trades TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_consents TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_deliveries TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_entries TO renkei_app;
GRANT SELECT,INSERT ON TABLE commons.ledger_entries TO renkei_ledger;



GRANT SELECT,INSERT ON TABLE commons.ledger_facts TO renkei_app;



GRANT SELECT(fact_key) ON TABLE commons.ledger_facts TO renkei_ledger;



GRANT SELECT(operator_key) ON TABLE commons.ledger_facts TO renkei_ledger;



GRANT UPDATE(content) ON TABLE commons.ledger_facts TO renkei_app;



GRANT UPDATE(salt) ON TABLE commons.ledger_facts TO renkei_app;



GRANT SELECT(commitment) ON TABLE commons.ledger_facts TO renkei_ledger;



GRANT SELECT ON TABLE commons.ledger_heads TO renkei_app;
GRANT SELECT,INSERT,DELETE ON TABLE commons.ledger_heads TO renkei_ledger;



GRANT SELECT ON TABLE commons.ledger_inquiry_answers TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.ledger_keys TO renkei_ledger;



GRANT SELECT(key_id) ON TABLE commons.ledger_keys TO renkei_app;



GRANT SELECT(public_key) ON TABLE commons.ledger_keys TO renkei_app;



GRANT UPDATE(private_key) ON TABLE commons.ledger_keys TO renkei_ledger;



GRANT SELECT(created_at) ON TABLE commons.ledger_keys TO renkei_app;



GRANT SELECT(retired_at) ON TABLE commons.ledger_keys TO renkei_app;
GRANT UPDATE(retired_at) ON TABLE commons.ledger_keys TO renkei_ledger;



GRANT SELECT ON TABLE commons.ledger_kinds TO renkei_app;
GRANT SELECT ON TABLE commons.ledger_kinds TO renkei_ledger;



GRANT SELECT,INSERT ON TABLE commons.ledger_log TO renkei_ledger;



GRANT SELECT(origin) ON TABLE commons.ledger_log TO renkei_app;



GRANT UPDATE(padding_key) ON TABLE commons.ledger_log TO renkei_ledger;



GRANT SELECT(created_at) ON TABLE commons.ledger_log TO renkei_app;



GRANT INSERT ON TABLE commons.ledger_queue TO renkei_app;
GRANT SELECT,DELETE ON TABLE commons.ledger_queue TO renkei_ledger;



GRANT SELECT,INSERT ON TABLE commons.requests TO renkei_app;



GRANT SELECT(downstream_key) ON TABLE commons.requests TO renkei_engine;



GRANT SELECT(upstream_key) ON TABLE commons.requests TO renkei_engine;



GRANT UPDATE(state) ON TABLE commons.requests TO renkei_app;
GRANT SELECT(state) ON TABLE commons.requests TO renkei_engine;



GRANT UPDATE(period_from) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(period_to) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(message) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(reply_message) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(due_date) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(customer_part) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(tree_terminated) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(completed_count) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(completed_count_at) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(trades_count) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(trades_count_at) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(review) ON TABLE commons.requests TO renkei_app;



GRANT UPDATE(review_reason) ON TABLE commons.requests TO renkei_app;



GRANT SELECT(created_at) ON TABLE commons.requests TO renkei_engine;



GRANT UPDATE(updated_at) ON TABLE commons.requests TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_requests TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.shared_deliveries TO renkei_app;
GRANT SELECT ON TABLE commons.shared_deliveries TO renkei_engine;



GRANT UPDATE(superseded_at) ON TABLE commons.shared_deliveries TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_shared_deliveries TO renkei_app;



GRANT SELECT ON TABLE commons.ledger_tiles TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.ledger_tiles TO renkei_ledger;



GRANT SELECT ON TABLE commons.ledger_trades TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.structure_lines TO renkei_app;



GRANT SELECT,INSERT,DELETE ON TABLE commons.uses TO renkei_app;



GRANT SELECT ON TABLE commons.lines_in_force TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.mappings TO renkei_app;



GRANT SELECT ON TABLE commons.memberships TO renkei_access;



GRANT SELECT,INSERT ON TABLE commons.notifications TO renkei_app;
GRANT DELETE ON TABLE commons.notifications TO renkei_engine;



GRANT SELECT(notification_key) ON TABLE commons.notifications TO renkei_engine;



GRANT SELECT(operator_key) ON TABLE commons.notifications TO renkei_engine;



GRANT SELECT(type) ON TABLE commons.notifications TO renkei_engine;



GRANT SELECT(notified_at) ON TABLE commons.notifications TO renkei_engine;



GRANT UPDATE(read_at) ON TABLE commons.notifications TO renkei_app;
GRANT SELECT(read_at) ON TABLE commons.notifications TO renkei_engine;



GRANT SELECT,INSERT ON TABLE commons.openid_subjects TO renkei_access;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.plants TO renkei_app;



GRANT SELECT ON TABLE commons.own_parts TO renkei_app;



GRANT SELECT ON TABLE commons.part_cards TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.part_counts TO renkei_app;
GRANT SELECT ON TABLE commons.part_counts TO renkei_engine;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.part_numbers TO renkei_app;



GRANT USAGE ON SEQUENCE commons.parts_part_key_seq TO renkei_app;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.rates TO renkei_access;



GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.refresh_tokens TO renkei_access;



GRANT SELECT ON TABLE commons.request_ids TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.request_messages TO renkei_app;



GRANT SELECT ON TABLE commons.request_versions TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.sealed_secrets TO renkei_access;



GRANT SELECT,INSERT ON TABLE commons.selection_members TO renkei_app;



GRANT UPDATE(removed_at) ON TABLE commons.selection_members TO renkei_app;



GRANT SELECT,INSERT ON TABLE commons.selections TO renkei_app;



GRANT UPDATE(name) ON TABLE commons.selections TO renkei_app;



GRANT UPDATE(deleted_at) ON TABLE commons.selections TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.trade_shares TO renkei_app;



GRANT SELECT(operator_key) ON TABLE commons.trade_shares TO renkei_engine;



GRANT SELECT(valid_from) ON TABLE commons.trade_shares TO renkei_engine;



GRANT SELECT(valid_to) ON TABLE commons.trade_shares TO renkei_engine;



GRANT SELECT(superseded_at) ON TABLE commons.trade_shares TO renkei_engine;



GRANT SELECT ON TABLE commons.share_versions TO renkei_app;



GRANT SELECT,INSERT,UPDATE ON TABLE commons.signing_keys TO renkei_access;



GRANT SELECT,INSERT ON TABLE commons.structures TO renkei_app;



GRANT SELECT(structure_key) ON TABLE commons.structures TO renkei_engine;



GRANT SELECT(operator_key) ON TABLE commons.structures TO renkei_engine;



GRANT SELECT(part_key) ON TABLE commons.structures TO renkei_engine;



GRANT SELECT(version) ON TABLE commons.structures TO renkei_engine;



GRANT SELECT(effective_from) ON TABLE commons.structures TO renkei_engine;



GRANT SELECT(created_at) ON TABLE commons.structures TO renkei_engine;



GRANT USAGE ON SEQUENCE commons.structures_structure_key_seq TO renkei_app;



GRANT SELECT ON TABLE commons.terms TO renkei_app;



GRANT SELECT ON TABLE commons.terms_acceptances TO renkei_app;



GRANT SELECT ON TABLE commons.trade_relations TO renkei_app;



GRANT SELECT ON TABLE commons.trade_versions TO renkei_app;



GRANT SELECT,INSERT,DELETE ON TABLE footprint.certificate_files TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.certificates TO renkei_app;



GRANT UPDATE(description) ON TABLE footprint.certificates TO renkei_app;



GRANT UPDATE(updated_at) ON TABLE footprint.certificates TO renkei_app;



GRANT UPDATE(deleted_at) ON TABLE footprint.certificates TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.declaration_evidence TO renkei_app;



GRANT SELECT(operator_key) ON TABLE footprint.declaration_evidence TO renkei_access;



GRANT SELECT(declaration_id) ON TABLE footprint.declaration_evidence TO renkei_access;



GRANT SELECT(check_id) ON TABLE footprint.declaration_evidence TO renkei_access;



GRANT SELECT,INSERT ON TABLE footprint.declarations TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.engagement_evidence TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.engagement_reads TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.engagements TO renkei_app;



GRANT UPDATE(state) ON TABLE footprint.engagements TO renkei_app;



GRANT UPDATE(decided_at) ON TABLE footprint.engagements TO renkei_app;



GRANT UPDATE(ended_at) ON TABLE footprint.engagements TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.estimates TO renkei_app;



GRANT UPDATE(superseded_at) ON TABLE footprint.estimates TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.factor_seats TO renkei_app;



GRANT UPDATE(ended_at) ON TABLE footprint.factor_seats TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.factor_sets TO renkei_app;



GRANT UPDATE(valid_until) ON TABLE footprint.factor_sets TO renkei_app;



GRANT UPDATE(ended_at) ON TABLE footprint.factor_sets TO renkei_app;



GRANT SELECT ON TABLE footprint.factor_uses TO renkei_app;
GRANT INSERT ON TABLE footprint.factor_uses TO renkei_engine;



GRANT SELECT,INSERT ON TABLE footprint.factors TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.findings TO renkei_app;



GRANT UPDATE(state) ON TABLE footprint.findings TO renkei_app;



GRANT UPDATE(reply) ON TABLE footprint.findings TO renkei_app;



GRANT UPDATE(replied_at) ON TABLE footprint.findings TO renkei_app;



GRANT UPDATE(closed_at) ON TABLE footprint.findings TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.updates TO renkei_app;



GRANT SELECT(operator_key) ON TABLE footprint.updates TO renkei_engine;



GRANT SELECT(due) ON TABLE footprint.updates TO renkei_engine;



GRANT UPDATE(state) ON TABLE footprint.updates TO renkei_app;
GRANT SELECT(state) ON TABLE footprint.updates TO renkei_engine;



GRANT UPDATE(decided_at) ON TABLE footprint.updates TO renkei_app;



GRANT UPDATE(decided_by) ON TABLE footprint.updates TO renkei_app;



GRANT SELECT ON TABLE footprint.ledger_approvals TO renkei_app;



GRANT SELECT ON TABLE footprint.ledger_certificates TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.statements TO renkei_app;



GRANT SELECT(operator_key) ON TABLE footprint.statements TO renkei_engine;



GRANT SELECT(part_key) ON TABLE footprint.statements TO renkei_engine;



GRANT SELECT(trade_key) ON TABLE footprint.statements TO renkei_engine;



GRANT SELECT(period_to) ON TABLE footprint.statements TO renkei_engine;



GRANT UPDATE(superseded_at) ON TABLE footprint.statements TO renkei_app;
GRANT SELECT(superseded_at) ON TABLE footprint.statements TO renkei_engine;



GRANT SELECT ON TABLE footprint.ledger_declarations TO renkei_app;



GRANT SELECT ON TABLE footprint.ledger_engagements TO renkei_app;



GRANT SELECT ON TABLE footprint.ledger_statements TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.verifications TO renkei_app;



GRANT SELECT ON TABLE footprint.ledger_verifications TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.proposals TO renkei_app;



GRANT UPDATE(state) ON TABLE footprint.proposals TO renkei_app;



GRANT UPDATE(decided_at) ON TABLE footprint.proposals TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.renewal_reminders TO renkei_app;



GRANT SELECT(part_key) ON TABLE footprint.renewal_reminders TO renkei_engine;



GRANT UPDATE(period_to) ON TABLE footprint.renewal_reminders TO renkei_app;
GRANT SELECT(period_to) ON TABLE footprint.renewal_reminders TO renkei_engine;



GRANT UPDATE(told_at) ON TABLE footprint.renewal_reminders TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.sheets TO renkei_app;



GRANT UPDATE(superseded_at) ON TABLE footprint.sheets TO renkei_app;



GRANT SELECT,INSERT,DELETE ON TABLE footprint.unsettled TO renkei_app;



GRANT SELECT,INSERT ON TABLE footprint.update_policies TO renkei_app;



GRANT UPDATE(superseded_at) ON TABLE footprint.update_policies TO renkei_app;





SET check_function_bodies = false;
CREATE SCHEMA commons;
CREATE SCHEMA footprint;
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
  admitted := operator_key IS NOT NULL AND operator_state = 'member'
    AND (p_key_hash IS NOT NULL OR p_account IS NOT NULL)
    AND (p_key_hash IS NULL OR (api_key_id IS NOT NULL AND network_ok AND key_allows_operator
                                AND (p_account IS NOT NULL OR key_assigned)))
    AND (p_account IS NULL OR (coalesce(account_active, false) AND coalesce(cardinality(roles), 0) > 0));
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
    consumer_key bigint NOT NULL,
    part_key bigint NOT NULL,
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
    CONSTRAINT ck_consents_state CHECK ((state = ANY (ARRAY['granted'::text, 'withdrawn'::text, 'expired'::text])))
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
    delivered_at timestamp with time zone NOT NULL
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
    CONSTRAINT ck_operators_state CHECK ((state = ANY (ARRAY['provisional'::text, 'member'::text, 'suspended'::text, 'closed'::text, 'merged'::text])))
);
CREATE VIEW commons.directory WITH (security_invoker='true') AS
 SELECT operator_key,
    operator_id,
    state
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
CREATE VIEW commons.lines_in_force WITH (security_invoker='true') AS
 SELECT l.operator_key,
    p.part_key AS parent_key,
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
   FROM ((commons.structure_lines l
     JOIN commons.structures s ON ((s.structure_key = l.structure_key)))
     JOIN commons.parts p ON (((p.part_key = s.part_key) AND (p.structure_key = s.structure_key))))
  WHERE (p.deleted_at IS NULL);
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
    read_at timestamp with time zone
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
ALTER TABLE commons.plants ALTER COLUMN plant_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.plants_plant_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
CREATE TABLE commons.signing_keys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    private_key bytea NOT NULL,
    public_jwk jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);
ALTER TABLE commons.structures ALTER COLUMN structure_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.structures_structure_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
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
ALTER TABLE commons.trade_shares ALTER COLUMN trade_share_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME commons.trade_shares_trade_share_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
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
ALTER TABLE footprint.statements ALTER COLUMN statement_key ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME footprint.statements_statement_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO commons.accounts VALUES
	(1, '7b745844-ab53-48eb-ad88-16f28f7c87b6', 'f0001@example.com', '$argon2id$v=19$m=19456,t=2,p=1$uj5+ixpAYNhFJ9e2aylWUA$wMCLYud/WuSXaQxio/xunekv6wymgnjLRNr+k8HxnYQ', false, 'active', 0, NULL, '2026-11-25 22:49:45.811477+00', '2026-11-25 22:49:45.811477+00'),
	(2, '58b134a2-e6ad-40a3-b910-d2963c1584f9', 'f0002@example.com', '$argon2id$v=19$m=19456,t=2,p=1$PMsvogOxNQr+ZuFlfT0cRw$dtEF7WmwrC5MSENkGWFRuCrUVr4T500H9oCk+CLmLds', false, 'active', 0, NULL, '2026-11-25 22:49:53.681374+00', '2026-11-25 22:49:53.681374+00');
INSERT INTO commons.alembic_version VALUES
	('commons_0001'),
	('footprint_0001');
INSERT INTO commons.api_key_networks VALUES
	(1, '127.0.0.0/8');
INSERT INTO commons.api_keys VALUES
	(1, '8a4d19c0-226c-42ba-8100-5a8dacc1af5b', 'fault', 'Application', '\x31194223fd75a4c8ecb22dd2668a705245db4252e8a01aeec373c39916026876', true, 'rest', 'active', '2026-11-25 22:49:47.640084+00');
INSERT INTO commons.consents VALUES
	(1, '60955626-4744-4e38-93bf-223e391681fc', 1, 2, 1, 5, 'CFP', '{quality,total}', 'CFP answer', '2026-11-25 22:49:58.108546+00', NULL, true, 'granted', 'account:58b134a2-e6ad-40a3-b910-d2963c1584f9', '2026-11-25 22:49:58.108546+00', NULL);
INSERT INTO commons.deliveries VALUES
	(1, 'fbe8a296-8127-424e-a600-0ceddc3e26f8', 1, 2, 1, 'CFP', '{"total": {"unit": "kilogram", "stages": {"production": 10, "raw_material": 1.5}, "coverage_deep": 0}, "quality": {"stages": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}}', '556e4126-94b2-46d9-8b15-c7ca9a332b1e', 1, '60955626-4744-4e38-93bf-223e391681fc', 1, NULL, false, '2026-11-25 22:49:58.108546+00');
INSERT INTO commons.duties VALUES
	('timers', 1, 'vm:14379', '2026-11-25 22:49:57.99912+00'),
	('events', 1, 'vm:14379', '2026-11-25 22:49:58.005064+00');
INSERT INTO commons.event_readers VALUES
	('worker', '819', 29, '2026-11-25 22:49:58.907677+00');
INSERT INTO commons.events VALUES
	(1, '09af3b3f-e510-407b-a7ab-13406231f1c0', 1, 1, 'jp.renkei.plant.changed.v1', '9a51e56b-5cb8-409e-b914-fd04b7e69aec', '{}', '4d7eb288-b6be-46d0-ae04-015f9b1843f8', '783', '783', '2026-11-25 22:49:57.232805+00'),
	(2, '3d5ea2cf-79c9-49d7-b87c-36dbb56dc679', 2, 2, 'jp.renkei.plant.changed.v1', '384d82c7-d9dc-4dd9-802a-83baa1de7c93', '{}', '62eb6f15-e38f-483a-b958-09846ae75d94', '785', '785', '2026-11-25 22:49:57.254626+00'),
	(3, '0b856153-803a-4ff7-91e6-08ffdf20ee26', 1, 1, 'jp.renkei.structure.changed.v1', '07a8f954-4998-4385-8f4c-755acf6bb2d7', '{"part": 1}', '384f96b5-3f8b-47f2-9f14-e7acd93cda82', '791', '791', '2026-11-25 22:49:57.607672+00'),
	(4, 'd63eab00-4c84-4a2c-a07e-9b052407e4a9', 2, 2, 'jp.renkei.structure.changed.v1', '82b81c22-f805-4c42-8b93-5770b726b2a1', '{"part": 5}', '849343fd-5c24-48a2-a16b-6babba767191', '792', '792', '2026-11-25 22:49:57.65608+00'),
	(5, 'a81e957e-b904-44ae-8101-11e66f4565f7', 1, 1, 'jp.renkei.request.created.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', '82da5ec3-b4b6-4a76-97ea-4dfb8dc8cbbc', '793', '793', '2026-11-25 22:49:57.693893+00'),
	(6, '4d339b6f-0f9b-4431-91bf-beae972f6475', 1, 2, 'jp.renkei.request.created.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', '82da5ec3-b4b6-4a76-97ea-4dfb8dc8cbbc', '793', '793', '2026-11-25 22:49:57.693893+00'),
	(7, '3671a1b3-ecbb-4fd9-b9f9-6734570ac6cc', 1, 1, 'jp.renkei.request.created.v1', 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', '{"trade": 2}', 'edee238a-6a1d-493f-9ed4-a08c87add214', '794', '794', '2026-11-25 22:49:57.744899+00'),
	(8, '1938bded-1d56-4e04-be4c-1d85773453ab', 1, 2, 'jp.renkei.request.created.v1', 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', '{"trade": 2}', 'edee238a-6a1d-493f-9ed4-a08c87add214', '794', '794', '2026-11-25 22:49:57.744899+00'),
	(9, 'd47b0a89-0cba-4acc-b2ae-cf56903c4e6a', 2, 2, 'jp.renkei.request.linked.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', '24012b5d-0822-448a-8c92-1af98c07c266', '795', '795', '2026-11-25 22:49:57.79182+00'),
	(10, 'ce43fc29-bd55-4446-a307-d9f3de6996be', 2, 1, 'jp.renkei.request.linked.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', '24012b5d-0822-448a-8c92-1af98c07c266', '795', '795', '2026-11-25 22:49:57.79182+00'),
	(11, 'c21c069f-ec28-488d-9a42-ec40e945fba1', 2, 2, 'jp.renkei.footprint.stated.v1', '556e4126-94b2-46d9-8b15-c7ca9a332b1e', '{"part": 5, "version": 1}', 'e1b06ffc-55d3-4bcc-8fdd-2b4abf27d5ba', '796', '796', '2026-11-25 22:49:57.870896+00'),
	(12, 'e0c67a3c-69f7-45b8-9a44-9cfb3a2c014c', 2, 2, 'jp.renkei.request.answered.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', 'e1b06ffc-55d3-4bcc-8fdd-2b4abf27d5ba', '796', '796', '2026-11-25 22:49:57.870896+00'),
	(13, 'ed8310e2-0b4e-48f6-abb6-670dce1f2161', 2, 1, 'jp.renkei.request.answered.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', 'e1b06ffc-55d3-4bcc-8fdd-2b4abf27d5ba', '796', '796', '2026-11-25 22:49:57.870896+00'),
	(14, '8a820f63-4a01-46c8-bb41-9717fd391a67', 2, 1, 'jp.renkei.chain.changed.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"hops": 1, "part": 2}', 'e1b06ffc-55d3-4bcc-8fdd-2b4abf27d5ba', '796', '796', '2026-11-25 22:49:57.870896+00'),
	(15, '68cb0494-d779-449c-8fb0-0064963bcbcf', 1, 1, 'jp.renkei.footprint.stated.v1', '057744ae-6561-4eac-a95c-9d9c78ac614b', '{"part": 1, "version": 1}', '7d065f81-f815-46ca-9fb1-bb3e863be43d', '803', '803', '2026-11-25 22:49:58.031863+00'),
	(16, 'd19ca165-eb4e-4fcb-94df-4cb96fc28fbc', 2, 2, 'jp.renkei.consent.changed.v1', '60955626-4744-4e38-93bf-223e391681fc', '{}', '78d5abba-8a71-4144-86a2-7a2d64c6026a', '805', '805', '2026-11-25 22:49:58.108546+00'),
	(17, 'c55ae5cd-e0f7-43d3-8ed4-a0010bac509e', 2, 1, 'jp.renkei.delivery.written.v1', 'fbe8a296-8127-424e-a600-0ceddc3e26f8', '{"hops": 1, "part": 2, "trade": 1}', '78d5abba-8a71-4144-86a2-7a2d64c6026a', '805', '805', '2026-11-25 22:49:58.108546+00'),
	(18, '5074c164-218b-4f31-b040-4f2c5ddbe680', 2, 2, 'jp.renkei.part.changed.v1', '8d009551-acca-4dfb-a3fe-e9384989aae4', '{"part": 8}', '81ce08ba-54f9-491b-8b5d-59fa94961104', '808', '808', '2026-11-25 22:49:58.180308+00'),
	(19, 'ed022dd1-44c3-45cf-867b-0fc4d8d7fda7', 1, 1, 'jp.renkei.footprint.stated.v1', '7a555cde-442b-4293-b662-992ccf1c3c23', '{"part": 1, "version": 2}', NULL, '805', '807', '2026-11-25 22:49:58.191838+00'),
	(20, '37729910-25e3-483c-a957-9e2ca398a3ec', 2, 2, 'jp.renkei.part.deleted.v1', '8d009551-acca-4dfb-a3fe-e9384989aae4', '{"part": 8}', 'f029b27d-5572-44bc-b798-b53607558ee2', '810', '810', '2026-11-25 22:49:58.230172+00'),
	(21, '7bb8abde-a44b-4ba2-91eb-fee4edc68b6f', 2, 2, 'jp.renkei.request.rejected.v1', 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', '{"trade": 2}', NULL, '812', '812', '2026-11-25 22:49:58.331453+00'),
	(22, '554e5673-76c1-4bed-a94c-16cc37463972', 2, 1, 'jp.renkei.request.rejected.v1', 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', '{"trade": 2}', NULL, '812', '812', '2026-11-25 22:49:58.331453+00'),
	(23, 'fcaa3eca-ab43-48fe-a3cb-2bc3bf725d2b', 2, 1, 'jp.renkei.chain.changed.v1', 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', '{"hops": 1, "part": 3}', NULL, '812', '812', '2026-11-25 22:49:58.331453+00'),
	(24, '062df982-9049-47f6-9463-0d004648b521', 2, 2, 'jp.renkei.request.replied.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', NULL, '815', '815', '2026-11-25 22:49:58.364779+00'),
	(25, '796fff0c-0470-4059-9b8f-ba0971792124', 2, 1, 'jp.renkei.request.replied.v1', '22bf40aa-310b-4d75-8e23-c5794c9a64f4', '{"trade": 1}', NULL, '815', '815', '2026-11-25 22:49:58.364779+00'),
	(26, '2db5e348-54c0-432c-99e4-459cc54dc576', 1, 1, 'jp.renkei.estimate.changed.v1', '1c35cc4e-be96-4cc6-b080-765122e47763', '{"part": 3}', NULL, '817', '817', '2026-11-25 22:49:58.41105+00'),
	(27, '97a5b953-172a-4380-b50f-fc50bf4a1cd8', 1, 1, 'jp.renkei.footprint.stated.v1', '0c55ebca-fd36-474e-b434-350864e05cc6', '{"part": 1, "version": 3}', NULL, '817', '817', '2026-11-25 22:49:58.41105+00'),
	(28, '16e3b90c-c03d-487f-b55f-42dbda1dde30', 2, 2, 'jp.renkei.file.changed.v1', '0f5b9767-31be-4db5-961e-1b1038d3dca1', '{}', NULL, '818', '818', '2026-11-25 22:49:58.438572+00'),
	(29, '0c815661-f49d-4171-9b7d-5277e38a7461', 2, 2, 'jp.renkei.file.changed.v1', '0f5b9767-31be-4db5-961e-1b1038d3dca1', '{}', NULL, '819', '819', '2026-11-25 22:49:58.463606+00');
INSERT INTO commons.files VALUES
	(1, '0f5b9767-31be-4db5-961e-1b1038d3dca1', 2, '証明書.pdf', 'pdf', 'stored', 30, '\xe6c03354d35bd3952557ea09be9cccbe4452b17a9610fd19f095999dd428e7df', '\x01270a2f39f441fbf5cbe0aecb294a8adec832c4da1419bd16826f7566ee647ce16bc6eaaf5a834e032700f03399c25d046ddedc7af12fe9ccfa3a5b59d39040a3', '\xe2bd9abe9d00d21ab8c3c1a9ece461417c1cfdfd57a612656f7eafe96e2309d9', '2026-11-25 22:49:58.438572+00', '2026-11-25 22:49:58.463606+00', NULL);
INSERT INTO commons.history VALUES
	(1, 1, 'trades', 1, '{"trade_id": "1299c1d6-a5bc-42ae-9b40-6344ce33f864", "linked_at": null, "trade_key": 1, "created_at": "2026-11-25T22:49:57.693893+00:00", "cancelled_at": null, "upstream_key": 2, "downstream_key": 1, "upstream_part_key": null, "upstream_trace_id": null, "downstream_part_key": 2, "downstream_trace_id": "8d3e68e7-c3da-4111-9724-b38daab304a2"}', '2026-11-25 22:49:57.790797+00'),
	(2, 1, 'requests', 1, '{"kind": "CFP", "state": "NOT_COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 1, "created_at": "2026-11-25T22:49:57.693893+00:00", "request_id": "22bf40aa-310b-4d75-8e23-c5794c9a64f4", "updated_at": "2026-11-25T22:49:57.79182+00:00", "period_from": null, "request_key": 1, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "9a51e56b-5cb8-409e-b914-fd04b7e69aec", "trace_id": "8d3e68e7-c3da-4111-9724-b38daab304a2", "terminated": false, "operator_id": "2044698a-9a54-45dc-a2e1-f31a30cd3b0f", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 0, "trades_count_at": "2026-11-25T22:49:57.693893+00:00", "tree_terminated": false, "completed_count_at": "2026-11-25T22:49:57.693893+00:00"}', '2026-11-25 22:49:57.862788+00'),
	(3, 2, 'parts', 8, '{"name": "不要", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "part_key": 8, "trace_id": "8d009551-acca-4dfb-a3fe-e9384989aae4", "plant_key": 2, "created_at": "2026-11-25T22:49:58.180308+00:00", "deleted_at": null, "terminated": false, "updated_at": "2026-11-25T22:49:58.180308+00:00", "operator_key": 2, "support_name": null, "structure_key": null, "mass_kg_per_unit": null, "density_kg_per_liter": null}', '2026-11-25 22:49:58.227522+00'),
	(4, 1, 'requests', 2, '{"kind": "CFP", "state": "NOT_COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 2, "created_at": "2026-11-25T22:49:57.744899+00:00", "request_id": "c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6", "updated_at": "2026-11-25T22:49:57.744899+00:00", "period_from": null, "request_key": 2, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "板", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "9a51e56b-5cb8-409e-b914-fd04b7e69aec", "trace_id": "1c35cc4e-be96-4cc6-b080-765122e47763", "terminated": false, "operator_id": "2044698a-9a54-45dc-a2e1-f31a30cd3b0f", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 0, "trades_count_at": "2026-11-25T22:49:57.744899+00:00", "tree_terminated": false, "completed_count_at": "2026-11-25T22:49:57.744899+00:00"}', '2026-11-25 22:49:58.326958+00'),
	(5, 1, 'requests', 1, '{"kind": "CFP", "state": "COMPLETED", "review": null, "message": "来月中にご回答をお願いします。", "due_date": "2024-12-31", "period_to": null, "trade_key": 1, "created_at": "2026-11-25T22:49:57.693893+00:00", "request_id": "22bf40aa-310b-4d75-8e23-c5794c9a64f4", "updated_at": "2026-11-25T22:49:57.870896+00:00", "period_from": null, "request_key": 1, "trades_count": 1, "upstream_key": 2, "customer_part": {"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "9a51e56b-5cb8-409e-b914-fd04b7e69aec", "trace_id": "8d3e68e7-c3da-4111-9724-b38daab304a2", "terminated": false, "operator_id": "2044698a-9a54-45dc-a2e1-f31a30cd3b0f", "support_name": null}, "reply_message": null, "review_reason": null, "downstream_key": 1, "completed_count": 1, "trades_count_at": "2026-11-25T22:49:57.693893+00:00", "tree_terminated": false, "completed_count_at": "2026-11-25T22:49:57.870896+00:00"}', '2026-11-25 22:49:58.364095+00');
INSERT INTO commons.memberships VALUES
	(1, 1, 1, 'admin', NULL, NULL, '2026-11-25 22:49:45.811477+00', NULL),
	(2, 2, 2, 'admin', NULL, NULL, '2026-11-25 22:49:53.681374+00', NULL);
INSERT INTO commons.notifications VALUES
	(1, '6e7f2e26-de62-4daf-8d91-55171b057b43', 2, 1, 'REQUEST_NEW', 1, 1, '2026-11-25 22:49:57.693893+00', NULL),
	(2, 'a9c3117f-4525-42c1-bf0e-d7b5bd249188', 2, 1, 'REQUEST_NEW', 2, 2, '2026-11-25 22:49:57.744899+00', NULL),
	(3, '20e8685d-02ec-4e60-b756-9d3c950c78ed', 1, 2, 'CFP_RESPONSED', 1, 1, '2026-11-25 22:49:57.870896+00', NULL),
	(4, 'fe366289-e86a-4888-8b95-ff2ab07f475d', 1, 2, 'REQUEST_REJECTED', 2, 2, '2026-11-25 22:49:58.331453+00', NULL),
	(5, '327c780a-8864-434d-b48a-cb3152374d16', 1, 2, 'REPLY_MESSAGE_REGISTERED', 1, 1, '2026-11-25 22:49:58.364779+00', NULL);
INSERT INTO commons.operators VALUES
	(1, '2044698a-9a54-45dc-a2e1-f31a30cd3b0f', 'A', 'Tokyo', 'JP', 'F0001', NULL, 'member', true, NULL, NULL, '2026-11-25 22:49:43.677793+00', '2026-11-25 22:49:43.677793+00'),
	(2, '8b6b10aa-8942-4d0e-9160-282fa3a63be5', 'B', 'Tokyo', 'JP', 'F0002', NULL, 'member', true, NULL, NULL, '2026-11-25 22:49:50.351749+00', '2026-11-25 22:49:50.351749+00');
INSERT INTO commons.parts VALUES
	(2, '8d3e68e7-c3da-4111-9724-b38daab304a2', 1, 1, 'ねじ', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:57.607672+00', '2026-11-25 22:49:57.607672+00', NULL),
	(3, '1c35cc4e-be96-4cc6-b080-765122e47763', 1, 1, '板', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:57.607672+00', '2026-11-25 22:49:57.607672+00', NULL),
	(4, '7bdcdf02-25de-48cd-92f4-89d4366ca8ec', 1, 1, '塗料', NULL, true, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:57.607672+00', '2026-11-25 22:49:57.607672+00', NULL),
	(1, '07a8f954-4998-4385-8f4c-755acf6bb2d7', 1, 1, '製品', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, 1, NULL, NULL, '2026-11-25 22:49:57.607672+00', '2026-11-25 22:49:57.607672+00', NULL),
	(6, 'c1b1dfb1-d866-4621-8514-1e0f8bf27e8a', 2, 2, '線材', NULL, true, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:57.65608+00', '2026-11-25 22:49:57.65608+00', NULL),
	(7, '73512261-98a0-470a-8c79-a4ea12ec8df8', 2, 2, '鋼', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:57.65608+00', '2026-11-25 22:49:57.65608+00', NULL),
	(5, '82b81c22-f805-4c42-8b93-5770b726b2a1', 2, 2, 'SC-1', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, 2, NULL, NULL, '2026-11-25 22:49:57.65608+00', '2026-11-25 22:49:57.65608+00', NULL),
	(8, '8d009551-acca-4dfb-a3fe-e9384989aae4', 2, 2, '不要', NULL, false, 'kilogram', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 22:49:58.180308+00', '2026-11-25 22:49:58.230172+00', '2026-11-25 22:49:58.230172+00');
INSERT INTO commons.plants VALUES
	(1, '9a51e56b-5cb8-409e-b914-fd04b7e69aec', 1, '工場', '東京都', '000001', NULL, '2026-11-25 22:49:57.232805+00', '2026-11-25 22:49:57.232805+00'),
	(2, '384d82c7-d9dc-4dd9-802a-83baa1de7c93', 2, '工場', '東京都', '000001', NULL, '2026-11-25 22:49:57.254626+00', '2026-11-25 22:49:57.254626+00');
INSERT INTO commons.refresh_tokens VALUES
	('\xa2b2fe780bc0936e2bc5a017646db43645f1952f124f50a2a803d513748a5120', '5df0fe56-3777-49c0-bbf1-e70c0c93bb42', 1, 1, 'ouranos', '2026-11-25 22:49:57.064582+00', '2026-12-09 22:49:57.064582+00', NULL, NULL),
	('\x81fc2d7705e659c72dbcb14dd4dcaca0ea28e79b507111facd1586a06fa3d90f', '2e88520a-1353-409d-967f-134ecb1e56b5', 2, 2, 'ouranos', '2026-11-25 22:49:57.187893+00', '2026-12-09 22:49:57.187893+00', NULL, NULL),
	('\x9fb6c0f5bc41d87f16180b43126b9bb486c01d21f830670c2a625fc57be20809', '34dab5f8-9e13-457b-b350-ffaff6a06ccc', 1, 1, 'ouranos', '2026-11-25 22:49:57.383989+00', '2026-12-09 22:49:57.383989+00', NULL, NULL),
	('\xdff0ffaa5ae6a40abf80d21360ab985486f8bc96234e83ab86869eaba5561545', 'fec7e546-6e70-4959-a0a2-5d81e50d798d', 2, 2, 'ouranos', '2026-11-25 22:49:57.56725+00', '2026-12-09 22:49:57.56725+00', NULL, NULL),
	('\xf95526858f1e6216b25a3e29c03f15af62eac6c801255813d9ae04e8b1896285', '44816021-6726-4175-a865-f18f501f6189', 1, 1, 'ouranos', '2026-11-25 22:49:59.077204+00', '2026-12-09 22:49:59.077204+00', NULL, NULL),
	('\x04a0f3fbddc33d19998dae09c9037033635e4e06e71f14ecef12ff6062055af8', '87881d3f-cc5d-417f-a4aa-f7959352a0eb', 2, 2, 'ouranos', '2026-11-25 22:49:59.183908+00', '2026-12-09 22:49:59.183908+00', NULL, NULL);
INSERT INTO commons.request_messages VALUES
	(1, 1, 1, 2, 1, 'message', '来月中にご回答をお願いします。', '2026-11-25 22:49:57.693893+00'),
	(2, 2, 1, 2, 1, 'message', '来月中にご回答をお願いします。', '2026-11-25 22:49:57.744899+00'),
	(3, 2, 1, 2, 2, 'reject', '取り扱っていません。', '2026-11-25 22:49:58.331453+00'),
	(4, 1, 1, 2, 2, 'reply', 'ご確認ください。', '2026-11-25 22:49:58.364779+00');
INSERT INTO commons.requests VALUES
	(2, 'c4328f30-d1f7-4af3-b42d-bbc94ae1a5f6', 2, 1, 2, 'CFP', 'REJECT', NULL, NULL, '来月中にご回答をお願いします。', '取り扱っていません。', '2024-12-31', '{"name": "板", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "9a51e56b-5cb8-409e-b914-fd04b7e69aec", "trace_id": "1c35cc4e-be96-4cc6-b080-765122e47763", "terminated": false, "operator_id": "2044698a-9a54-45dc-a2e1-f31a30cd3b0f", "support_name": null}', false, 0, '2026-11-25 22:49:57.744899+00', 1, '2026-11-25 22:49:57.744899+00', NULL, NULL, '2026-11-25 22:49:57.744899+00', '2026-11-25 22:49:58.331453+00'),
	(1, '22bf40aa-310b-4d75-8e23-c5794c9a64f4', 1, 1, 2, 'CFP', 'COMPLETED', NULL, NULL, '来月中にご回答をお願いします。', 'ご確認ください。', '2024-12-31', '{"name": "ねじ", "unit": "kilogram", "info1": null, "info2": null, "info3": null, "label": null, "plant_id": "9a51e56b-5cb8-409e-b914-fd04b7e69aec", "trace_id": "8d3e68e7-c3da-4111-9724-b38daab304a2", "terminated": false, "operator_id": "2044698a-9a54-45dc-a2e1-f31a30cd3b0f", "support_name": null}', false, 1, '2026-11-25 22:49:57.870896+00', 1, '2026-11-25 22:49:57.693893+00', NULL, NULL, '2026-11-25 22:49:57.693893+00', '2026-11-25 22:49:58.364779+00');
INSERT INTO commons.sealed_secrets VALUES
	('api-key-pepper', '\x01270a2f39afa102b3e0fc383eac529cc9d3e6ce9bfb6a6fdda17803250f67aed14682e17ecf50d3c7c3d4e72f8aae3437a08e85d1e9875fef631b3d641249c048', '2026-11-25 22:49:47.642024+00');
INSERT INTO commons.signing_keys VALUES
	('e9Q22at6poUZP2IanefewYsAlSRyXLxfn3FLx3Ylidg', '\x01270a2f3901ca078c2ec93fa041fd4c8155c54a651da9f84cad3a4bbf0a02fc31c47bb26108308c712755ec01cdc8effe12672b543678a84504af37822489434bd85382a6f8a27ceb97da3e5fd24965b0cc54e3c02e6ff24fb1076a4a0b02ff233303fffed29366fd585c4029be8c0e76d194b5c7d20110e70df73732024a3670459d132ab619644b596fc0d495028092c86d7fc9dd6e3e7ab8a437447651cc5b9aa4f74ff5684c21757f03d69e6301c0d67cfa3d7ea56b85860ed38d34939e0d9a197effd0490379d775398f81b3dfba8badd505663c37e06d40c0a1db0ea8a57828455f840b1be92b24284f013148ee18970a5c119c68465a5b4d6d535ec00f0fcc9e02288b3d93d5dd8e1b7fb7e8812d', '{"x": "pr0_r8J-F6iF-vyfgxI35jYRGCkBYr6Hk3N2lAtShqE", "y": "lXfJtCCDZgHTnRGUNDuhTqTZyDoy5sOQEZctcV7q9us", "alg": "ES256", "crv": "P-256", "kid": "e9Q22at6poUZP2IanefewYsAlSRyXLxfn3FLx3Ylidg", "kty": "EC", "use": "sig"}', '2026-11-25 22:49:57.07922+00', NULL);
INSERT INTO commons.structure_lines VALUES
	(1, 1, 1, 2, 2, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(1, 2, 1, 3, 0.5, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(1, 3, 1, 4, 1, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(2, 1, 2, 6, 3, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL),
	(2, 2, 2, 7, 0.25, 'kilogram', 1, 'bought', 'customer', false, NULL, NULL);
INSERT INTO commons.structures VALUES
	(1, '21cbdb22-045d-4252-859f-788ba9eb8ea6', 1, 1, 1, '2026-11-25', 'account:7b745844-ab53-48eb-ad88-16f28f7c87b6', '2026-11-25 22:49:57.607672+00'),
	(2, '3c810b8c-2e4e-4b6c-b996-9a491a6ed141', 2, 5, 1, '2026-11-25', 'account:58b134a2-e6ad-40a3-b910-d2963c1584f9', '2026-11-25 22:49:57.65608+00');
INSERT INTO commons.trades VALUES
	(1, '1299c1d6-a5bc-42ae-9b40-6344ce33f864', 1, 2, 2, '8d3e68e7-c3da-4111-9724-b38daab304a2', 5, '82b81c22-f805-4c42-8b93-5770b726b2a1', '2026-11-25 22:49:57.693893+00', '2026-11-25 22:49:57.79182+00', NULL),
	(2, '861dd549-0d60-46af-a7ea-d74caf1e60c3', 1, 2, 3, '1c35cc4e-be96-4cc6-b080-765122e47763', NULL, NULL, '2026-11-25 22:49:57.744899+00', NULL, NULL);
INSERT INTO footprint.estimates VALUES
	(1, '46a7c683-3ee7-463b-b2f2-9542ebccbb7d', 1, 3, NULL, 'kilogram', '{"production": 0.5, "raw_material": 1.25}', '{}', '', 'account:7b745844-ab53-48eb-ad88-16f28f7c87b6', '2026-11-25 22:49:58.41105+00', NULL);
INSERT INTO footprint.statements VALUES
	(1, '556e4126-94b2-46d9-8b15-c7ca9a332b1e', 2, 5, NULL, '9603d002-a9b7-4e63-b55f-66690cf27fbf', 1, 'kilogram', 'rest', '{"stages": {"production": {"own": 10, "component": 0}, "raw_material": {"own": 1.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "c1b1dfb1-d866-4621-8514-1e0f8bf27e8a"}, {"code": "no_value", "share": 1, "trace_id": "73512261-98a0-470a-8c79-a4ea12ec8df8"}], "stages": {"production": {"own": 10, "component": 0}, "raw_material": {"own": 1.5, "component": 0}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [], "quality_coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0, 0, 2, NULL, NULL, '[{"ids": [], "kind": "declared"}]', false, 'account:58b134a2-e6ad-40a3-b910-d2963c1584f9', '2026-11-25 22:49:57.870896+00', NULL),
	(2, '057744ae-6561-4eac-a95c-9d9c78ac614b', 1, 1, NULL, 'a7adffa7-e240-4edb-8d88-71b8669cd9fa', 1, 'kilogram', 'rest', '{"stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "8d3e68e7-c3da-4111-9724-b38daab304a2"}, {"code": "no_value", "share": 1, "trace_id": "1c35cc4e-be96-4cc6-b080-765122e47763"}, {"code": "no_value", "share": 1, "trace_id": "7bdcdf02-25de-48cd-92f4-89d4366ca8ec"}], "stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [], "quality_coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0, 0, 1, NULL, NULL, '[{"ids": [], "kind": "declared"}]', false, 'account:7b745844-ab53-48eb-ad88-16f28f7c87b6', '2026-11-25 22:49:58.031863+00', '2026-11-25 22:49:58.191838+00'),
	(3, '7a555cde-442b-4293-b662-992ccf1c3c23', 1, 1, NULL, 'a7adffa7-e240-4edb-8d88-71b8669cd9fa', 2, 'kilogram', 'rest', '{"stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "1c35cc4e-be96-4cc6-b080-765122e47763"}, {"code": "no_value", "share": 1, "trace_id": "7bdcdf02-25de-48cd-92f4-89d4366ca8ec"}], "stages": {"production": {"own": 0.3, "component": 20}, "raw_material": {"own": 0.5, "component": 3}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [["8d3e68e7-c3da-4111-9724-b38daab304a2", "delivery", "fbe8a296-8127-424e-a600-0ceddc3e26f8", 1]], "quality_coverage": {"production": {"ger": 1, "ter": 1, "tir": 1}, "raw_material": {"ger": 1, "ter": 1, "tir": 1}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0.333333333333333, 0, 1, NULL, NULL, '[{"ids": ["fbe8a296-8127-424e-a600-0ceddc3e26f8"], "kind": "delivery"}]', true, 'worker', '2026-11-25 22:49:58.191838+00', '2026-11-25 22:49:58.41105+00'),
	(4, '0c55ebca-fd36-474e-b434-350864e05cc6', 1, 1, NULL, 'a7adffa7-e240-4edb-8d88-71b8669cd9fa', 3, 'kilogram', 'rest', '{"stages": {"production": {"own": 0.3, "component": 0}, "raw_material": {"own": 0.5, "component": 0}}}', '{"notes": [{"code": "no_value", "share": 1, "trace_id": "7bdcdf02-25de-48cd-92f4-89d4366ca8ec"}], "stages": {"production": {"own": 0.3, "component": 20.25}, "raw_material": {"own": 0.5, "component": 3.625}}, "quality": {"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}, "sources": [["8d3e68e7-c3da-4111-9724-b38daab304a2", "delivery", "fbe8a296-8127-424e-a600-0ceddc3e26f8", 1], ["1c35cc4e-be96-4cc6-b080-765122e47763", "estimate", "46a7c683-3ee7-463b-b2f2-9542ebccbb7d", 1]], "secondary_share": 0.0354609929078014, "quality_coverage": {"production": {"ger": 0.987834549878345, "ter": 0.987834549878345, "tir": 0.987834549878345}, "raw_material": {"ger": 0.848484848484848, "ter": 0.848484848484848, "tir": 0.848484848484848}}}', '{"production": {"ger": 3, "ter": 2, "tir": 4}, "raw_material": {"ger": 2, "ter": 1, "tir": 3}}', '{}', 0.666666666666667, 0.333333333333333, 1, NULL, NULL, '[{"ids": ["46a7c683-3ee7-463b-b2f2-9542ebccbb7d"], "kind": "estimate"}]', true, 'account:7b745844-ab53-48eb-ad88-16f28f7c87b6', '2026-11-25 22:49:58.41105+00', NULL);
SELECT pg_catalog.setval('commons.accounts_account_key_seq', 2, true);
SELECT pg_catalog.setval('commons.api_keys_api_key_key_seq', 1, true);
SELECT pg_catalog.setval('commons.consents_consent_key_seq', 1, true);
SELECT pg_catalog.setval('commons.deliveries_delivery_key_seq', 1, true);
SELECT pg_catalog.setval('commons.events_event_key_seq', 29, true);
SELECT pg_catalog.setval('commons.files_file_key_seq', 1, true);
SELECT pg_catalog.setval('commons.history_history_key_seq', 5, true);
SELECT pg_catalog.setval('commons.invitations_invitation_key_seq', 1, false);
SELECT pg_catalog.setval('commons.memberships_membership_key_seq', 2, true);
SELECT pg_catalog.setval('commons.notifications_notification_key_seq', 5, true);
SELECT pg_catalog.setval('commons.operators_operator_key_seq', 2, true);
SELECT pg_catalog.setval('commons.part_numbers_part_number_key_seq', 1, false);
SELECT pg_catalog.setval('commons.parts_part_key_seq', 8, true);
SELECT pg_catalog.setval('commons.plants_plant_key_seq', 2, true);
SELECT pg_catalog.setval('commons.request_messages_request_message_key_seq', 4, true);
SELECT pg_catalog.setval('commons.requests_request_key_seq', 2, true);
SELECT pg_catalog.setval('commons.structures_structure_key_seq', 2, true);
SELECT pg_catalog.setval('commons.trade_shares_trade_share_key_seq', 1, false);
SELECT pg_catalog.setval('commons.trades_trade_key_seq', 2, true);
SELECT pg_catalog.setval('footprint.certificates_certificate_key_seq', 1, false);
SELECT pg_catalog.setval('footprint.estimates_estimate_key_seq', 1, true);
SELECT pg_catalog.setval('footprint.proposals_proposal_key_seq', 1, false);
SELECT pg_catalog.setval('footprint.statements_statement_key_seq', 4, true);
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
ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (account_key);
ALTER TABLE ONLY commons.api_key_networks
    ADD CONSTRAINT pk_api_key_networks PRIMARY KEY (api_key_key, network);
ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT pk_api_key_operators PRIMARY KEY (api_key_key, operator_key);
ALTER TABLE ONLY commons.api_keys
    ADD CONSTRAINT pk_api_keys PRIMARY KEY (api_key_key);
ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT pk_consents PRIMARY KEY (consent_key);
ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT pk_deliveries PRIMARY KEY (delivery_key);
ALTER TABLE ONLY commons.files
    ADD CONSTRAINT pk_files PRIMARY KEY (file_key);
ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (invitation_key);
ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT pk_memberships PRIMARY KEY (membership_key);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT pk_notifications PRIMARY KEY (notification_key);
ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT pk_operators PRIMARY KEY (operator_key);
ALTER TABLE ONLY commons.part_numbers
    ADD CONSTRAINT pk_part_numbers PRIMARY KEY (part_number_key);
ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT pk_parts PRIMARY KEY (part_key);
ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT pk_plants PRIMARY KEY (plant_key);
ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash);
ALTER TABLE ONLY commons.request_messages
    ADD CONSTRAINT pk_request_messages PRIMARY KEY (request_message_key);
ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT pk_requests PRIMARY KEY (request_key);
ALTER TABLE ONLY commons.sealed_secrets
    ADD CONSTRAINT pk_sealed_secrets PRIMARY KEY (name);
ALTER TABLE ONLY commons.signing_keys
    ADD CONSTRAINT pk_signing_keys PRIMARY KEY (key_id);
ALTER TABLE ONLY commons.structure_lines
    ADD CONSTRAINT pk_structure_lines PRIMARY KEY (structure_key, "position");
ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT pk_structures PRIMARY KEY (structure_key);
ALTER TABLE ONLY commons.trade_shares
    ADD CONSTRAINT pk_trade_shares PRIMARY KEY (trade_share_key);
ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT pk_trades PRIMARY KEY (trade_key);
ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT uq_accounts_account_id UNIQUE (account_id);
ALTER TABLE ONLY commons.accounts
    ADD CONSTRAINT uq_accounts_email UNIQUE (email);
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
ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT uq_invitations_invitation_id UNIQUE (invitation_id);
ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT uq_invitations_operator_key_invited_key UNIQUE (operator_key, invited_key);
ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT uq_memberships_account_key_operator_key_role UNIQUE (account_key, operator_key, role);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT uq_notifications_notification_id UNIQUE (notification_id);
ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_global_operator_id UNIQUE (global_operator_id);
ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_open_operator_id UNIQUE (open_operator_id);
ALTER TABLE ONLY commons.operators
    ADD CONSTRAINT uq_operators_operator_id UNIQUE (operator_id);
ALTER TABLE ONLY commons.parts
    ADD CONSTRAINT uq_parts_trace_id UNIQUE (trace_id);
ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_operator_key_global_plant_id UNIQUE (operator_key, global_plant_id);
ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_operator_key_open_plant_id UNIQUE (operator_key, open_plant_id);
ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT uq_plants_plant_id UNIQUE (plant_id);
ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT uq_requests_request_id UNIQUE (request_id);
ALTER TABLE ONLY commons.requests
    ADD CONSTRAINT uq_requests_trade_key_kind_period_from_period_to UNIQUE NULLS NOT DISTINCT (trade_key, kind, period_from, period_to);
ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT uq_structures_part_key_version UNIQUE (part_key, version);
ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT uq_structures_structure_id UNIQUE (structure_id);
ALTER TABLE ONLY commons.trades
    ADD CONSTRAINT uq_trades_trade_id UNIQUE (trade_id);
ALTER TABLE ONLY footprint.certificate_files
    ADD CONSTRAINT pk_certificate_files PRIMARY KEY (certificate_key, file_key);
ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT pk_certificates PRIMARY KEY (certificate_key);
ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT pk_estimates PRIMARY KEY (estimate_key);
ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT pk_proposals PRIMARY KEY (proposal_key);
ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT pk_statements PRIMARY KEY (statement_key);
ALTER TABLE ONLY footprint.certificates
    ADD CONSTRAINT uq_certificates_certificate_id UNIQUE (certificate_id);
ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT uq_estimates_estimate_id UNIQUE (estimate_id);
ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT uq_proposals_proposal_id UNIQUE (proposal_id);
ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT uq_statements_statement_id UNIQUE (statement_id);
CREATE INDEX ix_consents_ending ON commons.consents USING btree (valid_until) WHERE ((superseded_at IS NULL) AND (state = 'granted'::text) AND (valid_until IS NOT NULL));
CREATE INDEX ix_deliveries_consent ON commons.deliveries USING btree (consent_id, trade_key);
CREATE INDEX ix_deliveries_inbox ON commons.deliveries USING btree (operator_key, trade_key, kind, delivery_key DESC);
CREATE INDEX ix_event_failures_open ON commons.event_failures USING btree (reader, next_attempt_at) WHERE (resolved_at IS NULL);
CREATE INDEX ix_events_order ON commons.events USING btree (xid, event_key);
CREATE INDEX ix_events_origin ON commons.events USING btree (origin);
CREATE INDEX ix_events_track ON commons.events USING btree (track_id) WHERE (track_id IS NOT NULL);
CREATE INDEX ix_files_operator_key ON commons.files USING btree (operator_key);
CREATE INDEX ix_files_reserved ON commons.files USING btree (created_at) WHERE (state = 'reserved'::text);
CREATE INDEX ix_history_row ON commons.history USING btree (table_name, row_key, history_key);
CREATE INDEX ix_idempotency_claimed_at ON commons.idempotency USING btree (claimed_at);
CREATE INDEX ix_memberships_operator_key ON commons.memberships USING btree (operator_key);
CREATE INDEX ix_notifications_inbox ON commons.notifications USING btree (operator_key, notification_key);
CREATE INDEX ix_part_numbers_part_key ON commons.part_numbers USING btree (part_key);
CREATE INDEX ix_parts_name ON commons.parts USING btree (operator_key, name, support_name, trace_id) WHERE (deleted_at IS NULL);
CREATE INDEX ix_refresh_tokens_family ON commons.refresh_tokens USING btree (family_id);
CREATE INDEX ix_request_messages_request_key ON commons.request_messages USING btree (request_key);
CREATE INDEX ix_requests_downstream ON commons.requests USING btree (downstream_key, created_at, request_key);
CREATE INDEX ix_requests_upstream ON commons.requests USING btree (upstream_key, created_at, request_key);
CREATE INDEX ix_structure_lines_child_key ON commons.structure_lines USING btree (child_key);
CREATE INDEX ix_structures_future ON commons.structures USING btree (effective_from) WHERE (created_at < ((effective_from)::timestamp without time zone AT TIME ZONE 'UTC'::text));
CREATE INDEX ix_trade_shares_trade_key ON commons.trade_shares USING btree (trade_key);
CREATE INDEX ix_trades_downstream ON commons.trades USING btree (downstream_key, downstream_trace_id) WHERE (cancelled_at IS NULL);
CREATE INDEX ix_trades_downstream_part ON commons.trades USING btree (downstream_part_key) WHERE (cancelled_at IS NULL);
CREATE INDEX ix_trades_upstream ON commons.trades USING btree (upstream_key, created_at) WHERE (cancelled_at IS NULL);
CREATE INDEX ix_trades_upstream_part ON commons.trades USING btree (upstream_part_key) WHERE (cancelled_at IS NULL);
CREATE UNIQUE INDEX uq_consents_current ON commons.consents USING btree (operator_key, part_key, consumer_key, kind) WHERE (superseded_at IS NULL);
CREATE UNIQUE INDEX uq_part_numbers ON commons.part_numbers USING btree (operator_key, partner_key, number, part_key) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX uq_parts_natural ON commons.parts USING btree (operator_key, plant_key, name, support_name) NULLS NOT DISTINCT WHERE (deleted_at IS NULL);
CREATE INDEX ix_estimates_part_key ON footprint.estimates USING btree (part_key);
CREATE INDEX ix_proposals_downstream_key ON footprint.proposals USING btree (downstream_key);
CREATE INDEX ix_proposals_trade_key ON footprint.proposals USING btree (trade_key);
CREATE INDEX ix_proposals_upstream_key ON footprint.proposals USING btree (upstream_key);
CREATE INDEX ix_statements_operator ON footprint.statements USING btree (operator_key, statement_key);
CREATE UNIQUE INDEX uq_certificates_part ON footprint.certificates USING btree (part_key) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX uq_estimates_current ON footprint.estimates USING btree (part_key, trade_key) NULLS NOT DISTINCT WHERE (superseded_at IS NULL);
CREATE UNIQUE INDEX uq_statements_current ON footprint.statements USING btree (part_key, trade_key) NULLS NOT DISTINCT WHERE (superseded_at IS NULL);
CREATE UNIQUE INDEX uq_statements_version ON footprint.statements USING btree (part_key, trade_key, version) NULLS NOT DISTINCT;
CREATE TRIGGER keep_history AFTER UPDATE ON commons.operators FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('operator_key', 'operator_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.parts FOR EACH ROW WHEN (((((((((((((old.plant_key IS DISTINCT FROM new.plant_key) OR (old.name IS DISTINCT FROM new.name)) OR (old.support_name IS DISTINCT FROM new.support_name)) OR (old.terminated IS DISTINCT FROM new.terminated)) OR (old.unit IS DISTINCT FROM new.unit)) OR (old.label IS DISTINCT FROM new.label)) OR (old.info1 IS DISTINCT FROM new.info1)) OR (old.info2 IS DISTINCT FROM new.info2)) OR (old.info3 IS DISTINCT FROM new.info3)) OR (old.mass_kg_per_unit IS DISTINCT FROM new.mass_kg_per_unit)) OR (old.density_kg_per_liter IS DISTINCT FROM new.density_kg_per_liter)) OR (old.deleted_at IS DISTINCT FROM new.deleted_at))) EXECUTE FUNCTION commons.keep_history('operator_key', 'part_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.plants FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('operator_key', 'plant_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.requests FOR EACH ROW WHEN ((((((((((old.state IS DISTINCT FROM new.state) OR (old.message IS DISTINCT FROM new.message)) OR (old.reply_message IS DISTINCT FROM new.reply_message)) OR (old.due_date IS DISTINCT FROM new.due_date)) OR (old.period_from IS DISTINCT FROM new.period_from)) OR (old.period_to IS DISTINCT FROM new.period_to)) OR (old.customer_part IS DISTINCT FROM new.customer_part)) OR (old.review IS DISTINCT FROM new.review)) OR (old.review_reason IS DISTINCT FROM new.review_reason))) EXECUTE FUNCTION commons.keep_history('downstream_key', 'request_key');
CREATE TRIGGER keep_history AFTER UPDATE ON commons.trades FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION commons.keep_history('downstream_key', 'trade_key');
CREATE TRIGGER wake_worker AFTER INSERT ON commons.events REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION commons.wake_worker();
ALTER TABLE ONLY commons.api_key_networks
    ADD CONSTRAINT fk_api_key_networks_api_key_key FOREIGN KEY (api_key_key) REFERENCES commons.api_keys(api_key_key);
ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT fk_api_key_operators_api_key_key FOREIGN KEY (api_key_key) REFERENCES commons.api_keys(api_key_key);
ALTER TABLE ONLY commons.api_key_operators
    ADD CONSTRAINT fk_api_key_operators_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_consumer_key FOREIGN KEY (consumer_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.consents
    ADD CONSTRAINT fk_consents_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);
ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_provider_key FOREIGN KEY (provider_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.deliveries
    ADD CONSTRAINT fk_deliveries_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);
ALTER TABLE ONLY commons.files
    ADD CONSTRAINT fk_files_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT fk_invitations_invited_key FOREIGN KEY (invited_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.invitations
    ADD CONSTRAINT fk_invitations_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT fk_memberships_account_key FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);
ALTER TABLE ONLY commons.memberships
    ADD CONSTRAINT fk_memberships_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_request_key FOREIGN KEY (request_key) REFERENCES commons.requests(request_key);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_sender_key FOREIGN KEY (sender_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.notifications
    ADD CONSTRAINT fk_notifications_trade_key FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);
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
ALTER TABLE ONLY commons.plants
    ADD CONSTRAINT fk_plants_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_account_key FOREIGN KEY (account_key) REFERENCES commons.accounts(account_key);
ALTER TABLE ONLY commons.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
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
ALTER TABLE ONLY commons.structure_lines
    ADD CONSTRAINT fk_structure_lines_child_key FOREIGN KEY (child_key) REFERENCES commons.parts(part_key);
ALTER TABLE ONLY commons.structure_lines
    ADD CONSTRAINT fk_structure_lines_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.structure_lines
    ADD CONSTRAINT fk_structure_lines_structure_key FOREIGN KEY (structure_key) REFERENCES commons.structures(structure_key);
ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT fk_structures_operator_key FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY commons.structures
    ADD CONSTRAINT fk_structures_part_key FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);
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
ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);
ALTER TABLE ONLY footprint.estimates
    ADD CONSTRAINT estimates_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);
ALTER TABLE ONLY footprint.certificate_files
    ADD CONSTRAINT fk_certificate_files_certificate_key FOREIGN KEY (certificate_key) REFERENCES footprint.certificates(certificate_key);
ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_downstream_key_fkey FOREIGN KEY (downstream_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);
ALTER TABLE ONLY footprint.proposals
    ADD CONSTRAINT proposals_upstream_key_fkey FOREIGN KEY (upstream_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_operator_key_fkey FOREIGN KEY (operator_key) REFERENCES commons.operators(operator_key);
ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_part_key_fkey FOREIGN KEY (part_key) REFERENCES commons.parts(part_key);
ALTER TABLE ONLY footprint.statements
    ADD CONSTRAINT statements_trade_key_fkey FOREIGN KEY (trade_key) REFERENCES commons.trades(trade_key);
CREATE POLICY access ON commons.operators FOR SELECT TO renkei_access USING (true);
CREATE POLICY ask ON commons.requests FOR INSERT WITH CHECK ((downstream_key = commons.me()));
CREATE POLICY ask ON commons.trades FOR INSERT WITH CHECK ((downstream_key = commons.me()));
CREATE POLICY change ON commons.requests FOR UPDATE USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
CREATE POLICY change ON commons.trades FOR UPDATE USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
ALTER TABLE commons.consents ENABLE ROW LEVEL SECURITY;
CREATE POLICY deliver ON commons.deliveries FOR INSERT WITH CHECK ((provider_key = commons.me()));
ALTER TABLE commons.deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY directory ON commons.operators FOR SELECT TO renkei_app USING (((state <> 'provisional'::text) OR (invited_by_key = commons.me()) OR (operator_key = commons.me())));
CREATE POLICY due ON commons.consents FOR SELECT TO renkei_engine USING (true);
CREATE POLICY due ON commons.files FOR SELECT TO renkei_engine USING (true);
CREATE POLICY due ON commons.parts FOR SELECT TO renkei_engine USING (true);
CREATE POLICY due ON commons.structures FOR SELECT TO renkei_engine USING (true);
CREATE POLICY emit ON commons.events FOR INSERT WITH CHECK ((sender_key = commons.me()));
CREATE POLICY engine ON commons.events TO renkei_engine USING (true) WITH CHECK (true);
CREATE POLICY engine ON commons.operators FOR SELECT TO renkei_engine USING (true);
ALTER TABLE commons.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.files ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.history ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY inbox ON commons.deliveries FOR SELECT USING (((commons.me() = operator_key) OR (commons.me() = provider_key)));
CREATE POLICY inbox ON commons.notifications FOR SELECT USING ((operator_key = commons.me()));
ALTER TABLE commons.invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY invite ON commons.operators FOR INSERT TO renkei_app WITH CHECK (((state = 'provisional'::text) AND (invited_by_key = commons.me())));
ALTER TABLE commons.notifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.operators ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON commons.consents USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.files USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.history USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.idempotency USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.invitations USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.operators FOR UPDATE TO renkei_app USING ((operator_key = commons.me()));
CREATE POLICY own ON commons.part_numbers USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.parts USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.plants USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.structure_lines USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.structures USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON commons.trade_shares USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
ALTER TABLE commons.part_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY parties ON commons.request_messages FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
CREATE POLICY parties ON commons.requests FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
CREATE POLICY parties ON commons.trades FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
ALTER TABLE commons.parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY pending ON commons.events FOR SELECT TO CURRENT_USER USING (true);
ALTER TABLE commons.plants ENABLE ROW LEVEL SECURITY;
CREATE POLICY purge ON commons.idempotency TO renkei_engine USING (true);
CREATE POLICY purge ON commons.notifications TO renkei_engine USING (true);
CREATE POLICY record ON commons.history FOR INSERT TO CURRENT_USER WITH CHECK (true);
ALTER TABLE commons.request_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY say ON commons.request_messages FOR INSERT WITH CHECK (((sender_key = commons.me()) AND ((commons.me() = downstream_key) OR (commons.me() = upstream_key))));
CREATE POLICY seen ON commons.notifications FOR UPDATE USING ((operator_key = commons.me()));
CREATE POLICY sender ON commons.events FOR SELECT USING ((sender_key = commons.me()));
ALTER TABLE commons.structure_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.structures ENABLE ROW LEVEL SECURITY;
CREATE POLICY tell ON commons.notifications FOR INSERT WITH CHECK ((sender_key = commons.me()));
ALTER TABLE commons.trade_shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.trades ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.certificate_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE footprint.certificates ENABLE ROW LEVEL SECURITY;
CREATE POLICY decide ON footprint.proposals FOR UPDATE USING ((upstream_key = commons.me()));
ALTER TABLE footprint.estimates ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON footprint.certificate_files USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON footprint.certificates USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON footprint.estimates USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY own ON footprint.statements USING ((operator_key = commons.me())) WITH CHECK ((operator_key = commons.me()));
CREATE POLICY parties ON footprint.proposals FOR SELECT USING (((commons.me() = downstream_key) OR (commons.me() = upstream_key)));
ALTER TABLE footprint.proposals ENABLE ROW LEVEL SECURITY;
CREATE POLICY propose ON footprint.proposals FOR INSERT WITH CHECK ((downstream_key = commons.me()));
ALTER TABLE footprint.statements ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA commons TO renkei_app;
GRANT USAGE ON SCHEMA commons TO renkei_engine;
GRANT USAGE ON SCHEMA commons TO renkei_ledger;
GRANT USAGE ON SCHEMA commons TO renkei_access;
GRANT USAGE ON SCHEMA footprint TO renkei_app;
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
GRANT ALL ON FUNCTION commons.me() TO renkei_app;
GRANT ALL ON FUNCTION commons.me() TO renkei_engine;
GRANT ALL ON FUNCTION commons.me() TO renkei_ledger;
GRANT ALL ON FUNCTION commons.me() TO renkei_access;
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
GRANT SELECT,INSERT ON TABLE commons.deliveries TO renkei_app;
GRANT SELECT,INSERT ON TABLE commons.operators TO renkei_app;
GRANT SELECT ON TABLE commons.operators TO renkei_engine;
GRANT SELECT ON TABLE commons.operators TO renkei_access;
GRANT UPDATE(name) ON TABLE commons.operators TO renkei_app;
GRANT UPDATE(address) ON TABLE commons.operators TO renkei_app;
GRANT UPDATE(global_operator_id) ON TABLE commons.operators TO renkei_app;
GRANT UPDATE(updated_at) ON TABLE commons.operators TO renkei_app;
GRANT SELECT ON TABLE commons.directory TO renkei_app;
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
GRANT SELECT,INSERT,UPDATE ON TABLE commons.invitations TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.parts TO renkei_app;
GRANT SELECT(part_key) ON TABLE commons.parts TO renkei_engine;
GRANT SELECT(operator_key) ON TABLE commons.parts TO renkei_engine;
GRANT SELECT(structure_key) ON TABLE commons.parts TO renkei_engine;
GRANT SELECT,INSERT ON TABLE commons.structure_lines TO renkei_app;
GRANT SELECT,INSERT ON TABLE commons.structures TO renkei_app;
GRANT SELECT(structure_key) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT(operator_key) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT(part_key) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT(version) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT(effective_from) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT(created_at) ON TABLE commons.structures TO renkei_engine;
GRANT SELECT ON TABLE commons.lines_in_force TO renkei_app;
GRANT SELECT ON TABLE commons.memberships TO renkei_access;
GRANT SELECT,INSERT ON TABLE commons.notifications TO renkei_app;
GRANT DELETE ON TABLE commons.notifications TO renkei_engine;
GRANT SELECT(operator_key) ON TABLE commons.notifications TO renkei_engine;
GRANT SELECT(notified_at) ON TABLE commons.notifications TO renkei_engine;
GRANT UPDATE(read_at) ON TABLE commons.notifications TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.plants TO renkei_app;
GRANT SELECT ON TABLE commons.part_cards TO renkei_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.part_numbers TO renkei_app;
GRANT USAGE ON SEQUENCE commons.parts_part_key_seq TO renkei_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commons.refresh_tokens TO renkei_access;
GRANT SELECT,INSERT ON TABLE commons.requests TO renkei_app;
GRANT UPDATE(state) ON TABLE commons.requests TO renkei_app;
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
GRANT UPDATE(updated_at) ON TABLE commons.requests TO renkei_app;
GRANT SELECT ON TABLE commons.request_ids TO renkei_app;
GRANT SELECT,INSERT ON TABLE commons.request_messages TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.sealed_secrets TO renkei_access;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.signing_keys TO renkei_access;
GRANT USAGE ON SEQUENCE commons.structures_structure_key_seq TO renkei_app;
GRANT SELECT,INSERT ON TABLE commons.trades TO renkei_app;
GRANT UPDATE(upstream_part_key) ON TABLE commons.trades TO renkei_app;
GRANT UPDATE(upstream_trace_id) ON TABLE commons.trades TO renkei_app;
GRANT UPDATE(linked_at) ON TABLE commons.trades TO renkei_app;
GRANT UPDATE(cancelled_at) ON TABLE commons.trades TO renkei_app;
GRANT SELECT ON TABLE commons.trade_relations TO renkei_app;
GRANT SELECT,INSERT,UPDATE ON TABLE commons.trade_shares TO renkei_app;
GRANT SELECT,INSERT,DELETE ON TABLE footprint.certificate_files TO renkei_app;
GRANT SELECT,INSERT ON TABLE footprint.certificates TO renkei_app;
GRANT UPDATE(description) ON TABLE footprint.certificates TO renkei_app;
GRANT UPDATE(updated_at) ON TABLE footprint.certificates TO renkei_app;
GRANT UPDATE(deleted_at) ON TABLE footprint.certificates TO renkei_app;
GRANT SELECT,INSERT ON TABLE footprint.estimates TO renkei_app;
GRANT UPDATE(superseded_at) ON TABLE footprint.estimates TO renkei_app;
GRANT SELECT,INSERT ON TABLE footprint.proposals TO renkei_app;
GRANT UPDATE(state) ON TABLE footprint.proposals TO renkei_app;
GRANT UPDATE(decided_at) ON TABLE footprint.proposals TO renkei_app;
GRANT SELECT,INSERT ON TABLE footprint.statements TO renkei_app;
GRANT UPDATE(superseded_at) ON TABLE footprint.statements TO renkei_app;

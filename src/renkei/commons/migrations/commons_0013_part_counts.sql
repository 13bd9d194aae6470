-- A company's parts are counted as they come and go, whoever writes them, the previous release too: to count a million of them
-- with every new one would take longer than everything else. Writers of one company take turns, so nobody waits for the row.

ALTER TABLE commons.part_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.part_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON commons.part_counts
  USING (operator_key = (SELECT commons.me())) WITH CHECK (operator_key = (SELECT commons.me()));
GRANT SELECT, INSERT, UPDATE ON commons.part_counts TO renkei_app;

CREATE FUNCTION commons.count_new_parts() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO commons.part_counts AS c (operator_key, parts)
  SELECT a.operator_key, count(*) FROM added a WHERE a.deleted_at IS NULL GROUP BY a.operator_key
      ON CONFLICT (operator_key) DO UPDATE SET parts = c.parts + EXCLUDED.parts;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_new_parts AFTER INSERT ON commons.parts
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION commons.count_new_parts();

CREATE FUNCTION commons.count_deleted_part() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  UPDATE commons.part_counts SET parts = parts + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END
   WHERE operator_key = NEW.operator_key;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_deleted_part AFTER UPDATE OF deleted_at ON commons.parts FOR EACH ROW
  WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)) EXECUTE FUNCTION commons.count_deleted_part();

-- What is there at the time of this migration. Security is forced for the owner too, who is no company: lifted for this.
ALTER TABLE commons.part_counts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.parts NO FORCE ROW LEVEL SECURITY;
INSERT INTO commons.part_counts (operator_key, parts)
SELECT operator_key, count(*) FROM commons.parts WHERE deleted_at IS NULL GROUP BY operator_key;
ALTER TABLE commons.part_counts FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.parts FORCE ROW LEVEL SECURITY;

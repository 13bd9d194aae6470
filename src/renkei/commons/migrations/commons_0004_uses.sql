-- Which own part stands in the structure in force of which other: `commons.uses`, kept beside the lines.
--
-- The lines of former versions stay for ever. To find the parents of a part among them means to look at every version
-- there ever was; after a thousand changes that is a thousand lines a child. This table holds what is in force alone.
-- The trigger keeps it whoever writes, the previous release too.

ALTER TABLE commons.uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.uses FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON commons.uses USING (operator_key = commons.me()) WITH CHECK (operator_key = commons.me());
GRANT SELECT, INSERT, DELETE ON commons.uses TO renkei_app;

CREATE FUNCTION commons.keep_uses() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog
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
CREATE TRIGGER keep_uses AFTER UPDATE OF structure_key, deleted_at ON commons.parts FOR EACH ROW
  WHEN (OLD.structure_key IS DISTINCT FROM NEW.structure_key OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
  EXECUTE FUNCTION commons.keep_uses();
CREATE TRIGGER keep_uses_of_new AFTER INSERT ON commons.parts FOR EACH ROW
  WHEN (NEW.structure_key IS NOT NULL) EXECUTE FUNCTION commons.keep_uses();

-- What is in force at the time of this migration. Security is forced for the owner too, who is no company: lifted for this.
ALTER TABLE commons.uses NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.parts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.structure_lines NO FORCE ROW LEVEL SECURITY;
INSERT INTO commons.uses (operator_key, parent_key, child_key)
SELECT DISTINCT p.operator_key, p.part_key, l.child_key
  FROM commons.parts p
  JOIN commons.structure_lines l ON l.structure_key = p.structure_key
 WHERE p.deleted_at IS NULL;
ALTER TABLE commons.uses FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.parts FORCE ROW LEVEL SECURITY;
ALTER TABLE commons.structure_lines FORCE ROW LEVEL SECURITY;

-- The lines in force, parents by way of the uses: the same rows as before.
CREATE OR REPLACE VIEW commons.lines_in_force WITH (security_invoker = true) AS
  SELECT l.operator_key, u.parent_key, l.structure_key, l.position, l.child_key, l.amount, l.unit,
         l.base_quantity, l.sourcing, l.counted_by, l.phantom, l.alternative_group, l.usage_share
    FROM commons.uses u
    JOIN commons.parts p ON p.part_key = u.parent_key
    JOIN commons.structure_lines l ON l.structure_key = p.structure_key AND l.child_key = u.child_key
   WHERE p.deleted_at IS NULL;

-- Whose part a line names is checked for all new lines at once. Three foreign keys did it line by line (a structure of 20
-- lines took 60 look-ups, each locking the row it found), and did not see whether the child is the same company's.
-- Lines may also come after their structure is in force (a bulk registration): then they are put into use here.
CREATE FUNCTION commons.check_lines() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog
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
CREATE TRIGGER check_lines AFTER INSERT ON commons.structure_lines
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION commons.check_lines();

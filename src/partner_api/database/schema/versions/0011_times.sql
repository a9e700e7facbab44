-- Times from 1970 to 9999 alone, as the API takes them: PostgreSQL also has infinite ones, and others that no date of
-- the server's can be. One such row would end every sweep and every check of the books that reads it.
--
-- Rows that are there are not looked at, which would hold up everybody for as long as the tables are large.
DO $$
DECLARE
    v_table   record;
BEGIN
    FOR v_table IN
        SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND a.atttypid = 'timestamptz'::regtype
         GROUP BY c.relname
         ORDER BY c.relname
    LOOP
        -- What is NULL is passed over.
        EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT %I CHECK (least(%s) >= ''1970-01-01Z'' AND greatest(%s) < ''10000-01-01Z'') '
            'NOT VALID', v_table.name, v_table.name || '_times', v_table.columns, v_table.columns);
    END LOOP;
END
$$;

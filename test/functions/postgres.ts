import { PGlite } from '@electric-sql/pglite';

const BATCH = 200;

/** Evaluates SQL expressions in PostgreSQL, many at a time, each to text, `NULL` or `error SQLSTATE: message`. */
export async function openPostgres(): Promise<{
  readonly evaluate: (expressions: readonly string[]) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}> {
  const database = await PGlite.create();
  // concat() prints as the output functions do, where a cast to text would print bool differently.
  await database.exec(`
    CREATE FUNCTION probe(expression text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE result text;
    BEGIN
      EXECUTE format('SELECT CASE WHEN v IS NULL THEN ''NULL'' ELSE concat(v) END FROM (SELECT (%s)) AS t(v)', expression)
        INTO result;
      RETURN result;
    EXCEPTION WHEN OTHERS THEN
      RETURN 'error ' || SQLSTATE || ': ' || SQLERRM;
    END $$`);
  return {
    evaluate: async (expressions) => {
      const results: string[] = [];
      for (let from = 0; from < expressions.length; from += BATCH) {
        const some = expressions.slice(from, from + BATCH);
        const { rows } = await database.query<{ readonly result: string }>(
          'SELECT probe(e) AS result FROM unnest($1::text[]) WITH ORDINALITY AS t(e, n) ORDER BY n',
          [some],
        );
        if (rows.length !== some.length) throw new Error(`PostgreSQL broke off in ${some.join('; ')}`);
        results.push(...rows.map((row) => row.result));
      }
      return results;
    },
    close: () => database.close(),
  };
}

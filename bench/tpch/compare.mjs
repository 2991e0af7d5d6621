// When two answers to a query count as equal, by the kit's rules: integers, texts and dates exactly, decimals to 0.01,
// doubles to 1e-9 relative, the kind being that of DuckDB's column; rows that tie on all keys of ORDER BY may come in
// any order, also across the edge of a LIMIT.

const DECIMAL_TOLERANCE = 0.01;
const DOUBLE_TOLERANCE = 1e-9;

/**
 * @param {string | null} want
 * @param {string | null | undefined} got
 * @param {string} kind
 */
function sameValue(want, got, kind) {
  if (want === null || got === null || got === undefined) return want === null && got === null;
  if (want === got) return true;
  if (kind === 'text' || !/^[+-]?(\d|\.\d)/.test(got)) return false;
  if (kind === 'integer') return got.replace(/\.0*$/, '') === want;
  const [a, b] = [Number(want), Number(got)];
  const tolerance = kind === 'decimal' ? DECIMAL_TOLERANCE : DOUBLE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  return Math.abs(a - b) <= tolerance;
}

/**
 * A query without its LIMIT and OFFSET, and what its ORDER BY, LIMIT and OFFSET say.
 * @param {string} sql
 */
export function outermost(sql) {
  let depth = 0;
  let flat = '';
  for (const char of sql.replace(/'(?:[^']|'')*'/g, (text) => ' '.repeat(text.length))) {
    if (char === '(') depth++;
    flat += depth > 0 ? ' ' : char;
    if (char === ')') depth--;
  }
  const limit = /\blimit\s+(\d+)(?:\s+offset\s+(\d+))?\s*$/i.exec(flat);
  const end = limit?.index ?? flat.length;
  const order = /\border\s+by\b/i.exec(flat);
  return {
    unlimited: sql.slice(0, end),
    limit: limit === null ? Number.POSITIVE_INFINITY : Number(limit[1]),
    offset: Number(limit?.[2] ?? 0),
    keys:
      order === null
        ? undefined
        : sql
            .slice(order.index + order[0].length, end)
            .split(',')
            .map((key) =>
              key
                .trim()
                .replace(/\s+(asc|desc)$/i, '')
                .toLowerCase(),
            ),
  };
}

/**
 * What is wrong with an answer; undefined if nothing is.
 * @param {string} sql
 * @param {import('./engines.mjs').Answer} full DuckDB's answer to the query without its LIMIT
 * @param {readonly (readonly (string | null)[])[]} got
 * @returns {string | undefined}
 */
export function difference(sql, full, got) {
  const { keys, limit, offset } = outermost(sql);
  const count = Math.min(Math.max(0, full.rows.length - offset), limit);
  if (got.length !== count) return `${got.length} rows where ${count} are expected`;
  let keyColumns = (keys ?? []).map((key) => full.names.findIndex((name) => name.toLowerCase() === key));
  // A key that is not put out: take the order as given in full.
  if (keyColumns.includes(-1)) keyColumns = full.names.map((_, i) => i);
  const keyOf = (row) => (keys === undefined ? '' : keyColumns.map((column) => row[column] ?? '\u0000').join('\u0001'));
  /** For each row of the full answer, the rows that tie with it and are not taken yet. */
  const ties = [];
  full.rows.forEach((row, i) => {
    if (i > 0 && keyOf(row) === keyOf(full.rows[i - 1])) ties.push(ties[i - 1].add(i));
    else ties.push(new Set([i]));
  });
  const equal = (want, row) =>
    row.length === want.length && want.every((value, column) => sameValue(value, row[column], full.kinds[column]));
  for (let i = 0; i < count; i++) {
    const place = offset + i;
    const free = ties[place];
    let hit = free.has(place) && equal(full.rows[place], got[i]) ? place : undefined;
    if (hit === undefined) {
      for (const other of free) {
        if (equal(full.rows[other], got[i])) {
          hit = other;
          break;
        }
      }
    }
    if (hit === undefined) {
      return `row ${i + 1} is ${JSON.stringify(got[i])} where ${JSON.stringify(full.rows[place])} is expected`;
    }
    free.delete(hit);
  }
  return undefined;
}

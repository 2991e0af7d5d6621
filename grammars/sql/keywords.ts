/**
 * SQL's keywords as data. The classes are PostgreSQL's: they decide which words are still names, and a name that PostgreSQL accepts has to go
 * on working here. Words that the grammar never mentions are in none of them, unless they are reserved.
 */

const reserved = [
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create',
  'current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc',
  'distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral',
  'leading limit localtime localtimestamp not null offset on only or order placing primary references returning',
  'select session_user some symmetric system_user table then to trailing true union unique user using variadic when',
  'where window with',
] as const;

const functionName = [
  'authorization binary collation concurrently cross current_schema freeze full glob ilike inner is isnull join left',
  'like natural notnull outer overlaps right similar tablesample verbose',
] as const;

const columnName = [
  'between bit char character exists extract inout interval national nchar out overlay position precision qualify',
  'row setof substring time timestamp trim try_cast values',
] as const;

const unreserved = [
  'abort absolute access action add admin after alter always anti are asensitive asof at atomic attach attribute',
  'backward before begin breadth by cache call called cascade cascaded chain characteristics checkpoint close',
  'cluster columns comment commit committed compression conflict connection constraints continue copy cost cube',
  'current cursor cycle data database day deallocate declare deferred definer delete depth describe destination',
  'detach disable discard domain double drop edge enable encrypted enum error escape exclude excluding exclusive',
  'execute explain export expression extension external filter first following force forward function functions',
  'generated global granted graph grouping groups hold hour identity if ignore immediate immutable import include',
  'including increment index inherit input insensitive insert install invoker isolation key label lambda language',
  'last leakproof level listen load local lock locked logged macro map match matched materialized maxvalue merge',
  'method minute minvalue mode month move name names next no node nothing notify nowait nulls of operator option',
  'ordinality others over overriding owned owner parallel parameter partial partition pivot unpivot password percent plans',
  'policy positional pragma preceding prepare prepared prior privileges procedure procedures properties property',
  'range read recursive refresh reindex relationship relative release rename repeatable replace reset respect',
  'restart restrict return returns revoke role rollback rollup routine routines rows rule sample savepoint schema',
  'scroll search second security semi sequence sequences serializable session set sets share show simple skip',
  'snapshot source stable start statistics stdin stdout storage stored strict struct summarize support system',
  'tables tablespace target temp temporary ties transaction trigger truncate type unbounded uncommitted unknown',
  'unlisten unlogged until update use vacuum valid validate value variable varying vertex view virtual volatile',
  'within without work write year zone',
] as const;

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;

export type Keyword = Words<
  (typeof reserved)[number] | (typeof functionName)[number] | (typeof columnName)[number] | (typeof unreserved)[number]
>;

/**
 * - `reserved`: never a name, except after AS and after a dot;
 * - `functionName`: a function's or a type's name, but no column's or table's;
 * - `columnName`: a column's or table's name, a function or a type only in the special forms of the grammar;
 * - `unreserved`: a name anywhere.
 */
export type KeywordClass = 'reserved' | 'functionName' | 'columnName' | 'unreserved';

function classify(): ReadonlyMap<Keyword, KeywordClass> {
  const classes = new Map<Keyword, KeywordClass>();
  const add = (lines: readonly string[], keywordClass: KeywordClass) => {
    // The type `Words` splits the same lines, so these are the members of `Keyword`.
    for (const line of lines) for (const word of line.split(' ')) classes.set(word as Keyword, keywordClass);
  };
  add(unreserved, 'unreserved');
  add(columnName, 'columnName');
  add(functionName, 'functionName');
  add(reserved, 'reserved');
  return classes;
}

export const keywordClasses: ReadonlyMap<Keyword, KeywordClass> = classify();

/** Words that need AS to become the name of a select item, because something else may follow an expression with them. */
export const notBareLabels: ReadonlySet<string> = new Set(
  (
    'char character day filter hour isnull minute month notnull over overlaps precision second varying within without ' +
    'year qualify like ilike similar is glob collation join left right full inner cross natural'
  ).split(' '),
);

/** Words that need AS to become the alias of a table, because something else may follow a table with them. */
export const notTableAliases: ReadonlySet<string> = new Set(['qualify', 'set']);

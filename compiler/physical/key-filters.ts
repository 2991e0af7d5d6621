import type { ColumnId } from '../ir/expression.ts';
import { ROW_ID_ORDINAL } from '../ir/plan.ts';
import { isVolatile } from '../optimizer/volatility.ts';
import { unreachable } from '../types/error.ts';
import { isIntegral } from '../types/type.ts';
import { children, expressions, mapChildren } from './columns.ts';
import type { HashJoin, KeyFilter, KeyFilterKind, MadeKeyFilter, PhysicalPlan, TableScan } from './plan.ts';

/** A filter is placed where it is expected to keep at most this part of a scan's rows, ... */
const MOST_KEPT = 0.7;
/** ... and to leave out at least so many. */
const LEAST_DROPPED = 10_000;
/** Each filter costs something for every row. */
const MOST_FILTERS = 3;

export interface KeyFilterOptions {
  /** Places filters wherever they are right, whether they are expected to be of use or not: for tests. */
  readonly all?: boolean | undefined;
}

/** What is found for a plan: filters by the node that applies them, and by the node that makes them. */
interface Placement {
  readonly scans: Map<TableScan, KeyFilter[]>;
  readonly joins: Map<HashJoin, MadeKeyFilter[]>;
  readonly all: boolean;
}

/**
 * Sideways information passing: the keys of a hash join's build side become a filter of the scans that make the probe
 * side's keys, however many operators are in between, if the join drops probe rows without a match (Bratbergsengen,
 * VLDB 1984; Ives and Taylor, ICDE 2008). Several keys of one scan become one filter, since each of its rows gives the
 * columns of all of them to the rows above. The build side is complete before any scan below the probe side begins. So
 * a filter reaches through other joins into their build sides too, and through a grouping by the key.
 *
 * A filter only drops rows of which the query never sees anything; what it lets through is decided by the join. Whether
 * a filter is worth its cost is decided by estimates here, and by what it drops when it runs.
 */
export function placeKeyFilters(plan: PhysicalPlan, options: KeyFilterOptions = {}): PhysicalPlan {
  const placement: Placement = { scans: new Map(), joins: new Map(), all: options.all === true };
  let filters = 0;
  const visit = (node: PhysicalPlan): void => {
    if (node.kind === 'hashJoin' && dropsUnmatched(node)) {
      for (const { kind, keys, targets } of filtersOf(node, placement)) {
        const filter = filters++;
        const rows = targets.reduce((sum, { scan }) => sum + scan.table.statistics().rowCount, 0);
        const among = keys.flatMap((key) => node.keys[key]?.build ?? []);
        addTo(placement.joins, node, { filter, kind, keys, rows });
        for (const { scan, columns } of targets) addTo(placement.scans, scan, { filter, kind, columns, among });
      }
    }
    for (const child of children(node)) visit(child);
  };
  visit(plan);
  return filters === 0 ? plan : withFilters(plan, placement);
}

/** Keys of a join as a filter, and where it is applied. */
interface Candidate {
  readonly kind: KeyFilterKind;
  readonly keys: readonly number[];
  readonly targets: readonly Target[];
}

/**
 * Each key by itself, and those together that no key was of use for alone. Keys of which NULLs are equal are left out.
 * A Bloom filter costs a row nearly what looking it up in the join costs, so it is used only where something is in
 * between that costs more.
 */
function filtersOf(join: HashJoin, placement: Placement): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const reached: { readonly key: number; readonly targets: readonly Target[] }[] = [];
  join.keys.forEach(({ probe, nullsEqual }, key) => {
    if (nullsEqual || probe.kind !== 'column') return;
    const targets = scansOf(join.probe, probe.id);
    if (targets.length === 0) return;
    reached.push({ key, targets });
    const worth = targets.filter((target) => isWorthIt(target, join, [key], placement));
    const far = worth.filter((target) => placement.all || !isNext(join.probe, target.scan));
    if (isIntegral(probe.type.kind)) {
      if (worth.length > 0)
        candidates.push({ kind: far.length > 0 ? 'either' : 'bitmap', keys: [key], targets: worth });
    } else if (far.length > 0) candidates.push({ kind: 'bloom', keys: [key], targets: far });
  });
  if (reached.length < 2) return candidates;
  const keys = reached.map(({ key }) => key);
  const alone = new Set(candidates.flatMap(({ targets }) => targets.map(({ scan }) => scan)));
  const scans = new Set(reached.flatMap(({ targets }) => targets.map(({ scan }) => scan)));
  const together = [...scans].flatMap((scan): readonly Target[] => {
    const columns = reached.flatMap(({ targets }) => targets.find((target) => target.scan === scan)?.columns ?? []);
    const target = { scan, columns };
    if (columns.length < keys.length) return [];
    if (placement.all) return [target];
    const isOf = !alone.has(scan) && !isNext(join.probe, scan) && isWorthIt(target, join, keys, placement);
    return isOf ? [target] : [];
  });
  return together.length === 0 ? candidates : [...candidates, { kind: 'bloom', keys, targets: together }];
}

/** Whether nothing but filters and projections is between. */
function isNext(probe: PhysicalPlan, scan: TableScan): boolean {
  if (probe.kind === 'filter' || probe.kind === 'project') return isNext(probe.input, scan);
  return probe === scan;
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function withFilters(plan: PhysicalPlan, placement: Placement): PhysicalPlan {
  if (plan.kind === 'tableScan') {
    const keyFilters = placement.scans.get(plan);
    return keyFilters === undefined ? plan : { ...plan, keyFilters };
  }
  const result = mapChildren(plan, (child) => withFilters(child, placement));
  const made = plan.kind === 'hashJoin' ? placement.joins.get(plan) : undefined;
  return made === undefined || result.kind !== 'hashJoin' ? result : { ...result, makesFilters: made };
}

function dropsUnmatched({ join }: HashJoin): boolean {
  switch (join) {
    case 'inner':
    case 'semi':
    case 'buildSemi':
    case 'buildAnti':
    case 'buildLeft':
      return true;
    case 'left':
    case 'full':
    case 'anti':
    case 'mark':
    case 'single':
      return false;
    default:
      return unreachable(join);
  }
}

interface Target {
  readonly scan: TableScan;
  /** Those that the keys are, in their order. */
  readonly columns: readonly ColumnId[];
}

/** The scans whose rows can be dropped where the plan's rows with some values of the column will be. */
function scansOf(plan: PhysicalPlan, column: ColumnId): readonly Target[] {
  if (expressions(plan).some(isVolatile)) return [];
  const has = (side: PhysicalPlan): boolean => side.columns.some(({ id }) => id === column);
  switch (plan.kind) {
    case 'tableScan': {
      const ordinal = plan.ordinals[plan.columns.findIndex(({ id }) => id === column)];
      return ordinal === undefined || ordinal === ROW_ID_ORDINAL ? [] : [{ scan: plan, columns: [column] }];
    }
    case 'filter':
    case 'unnest':
    case 'fetch':
      return scansOf(plan.input, column);
    case 'sort':
      return plan.limit === undefined && plan.offset === undefined ? scansOf(plan.input, column) : [];
    case 'project':
    case 'hashAggregate': {
      const computed = plan.kind === 'project' ? plan.expressions : plan.groups;
      const from = computed[plan.columns.findIndex(({ id }) => id === column)];
      return from?.kind === 'column' ? scansOf(plan.input, from.id) : [];
    }
    case 'window':
      // Whole partitions go.
      return plan.partitionBy.some((key) => key.kind === 'column' && key.id === column)
        ? scansOf(plan.input, column)
        : [];
    case 'unionAll': {
      const at = plan.columns.findIndex(({ id }) => id === column);
      return plan.inputs.flatMap((input) => {
        const from = input.columns[at];
        return from === undefined ? [] : scansOf(input, from.id);
      });
    }
    case 'hashJoin':
      return scansBelowJoin(plan, column);
    case 'nestedLoopJoin':
      if (plan.join === 'full') return [];
      if (has(plan.outer)) return scansOf(plan.outer, column);
      return plan.join === 'inner' && has(plan.inner) ? scansOf(plan.inner, column) : [];
    case 'repeat':
      return scansOf(plan.input, column);
    case 'rangeJoin':
      return has(plan.outer) ? scansOf(plan.outer, column) : [];
    case 'let':
      // Not those of the definition, which has other readers.
      return scansOf(plan.body, column);
    case 'recursive':
    case 'reference':
    case 'apply':
    case 'limit':
    case 'keyLookup':
    case 'values':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return [];
    default:
      return unreachable(plan);
  }
}

/**
 * The side that has the column loses rows unless the join pads it. Where that is the probe side and the column is a
 * key, build rows with other keys have no probe row left that could be seen.
 */
function scansBelowJoin(plan: HashJoin, column: ColumnId): readonly Target[] {
  const { join, probe, build, keys, nullAware } = plan;
  if (join === 'full') return [];
  if (build.columns.some(({ id }) => id === column)) {
    const keepsBuild = join === 'inner' || join === 'buildSemi' || join === 'buildAnti' || join === 'buildLeft';
    return keepsBuild ? scansOf(build, column) : [];
  }
  if (!probe.columns.some(({ id }) => id === column) || join === 'buildLeft') return [];
  const found = scansOf(probe, column);
  if (nullAware || (join !== 'inner' && join !== 'semi')) return found;
  const equal = keys.flatMap(({ probe: a, build: b, nullsEqual }) =>
    !nullsEqual && a.kind === 'column' && a.id === column && b.kind === 'column' ? [b.id] : [],
  );
  return [...found, ...equal.flatMap((id) => scansOf(build, id))];
}

function isWorthIt(
  { scan, columns }: Target,
  join: HashJoin,
  keys: readonly number[],
  { scans, all }: Placement,
): boolean {
  if (all) return true;
  if ((scans.get(scan)?.length ?? 0) >= MOST_FILTERS) return false;
  const { rowCount } = scan.table.statistics();
  const product = columns.reduce((all, column) => all * distinctCount(scan, column), 1);
  // Of keys together there are no more in the scan than where they come from, if that is a key of a table.
  const distinct = keys.length === 1 ? product : Math.min(product, rowCount, keyRows(join, keys));
  const kept = (join.build.estimate ?? distinct) / distinct;
  return kept <= MOST_KEPT && rowCount * (1 - kept) >= LEAST_DROPPED;
}

function distinctCount(scan: TableScan, column: ColumnId): number {
  const ordinal = scan.ordinals[scan.columns.findIndex(({ id }) => id === column)] ?? 0;
  const { rowCount, columns } = scan.table.statistics();
  return Math.max(1, columns[ordinal]?.distinctCount ?? rowCount);
}

/** Rows of the table that the keys of the build side come from, if it is one. */
function keyRows({ build, keys }: HashJoin, positions: readonly number[]): number {
  const scans = new Set(
    positions.map((position) => {
      const key = keys[position]?.build;
      return key?.kind === 'column' ? scansOf(build, key.id)[0]?.scan : undefined;
    }),
  );
  const [only] = scans;
  return scans.size === 1 && only !== undefined ? only.table.statistics().rowCount : Number.POSITIVE_INFINITY;
}

import type { ColumnId } from '../../../compiler/ir/expression.ts';
import type { HashJoin } from '../../../compiler/physical/plan.ts';
import { rowsSource } from '../../operators/basic.ts';
import type { Operator } from '../../operators/emitter.ts';
import { joinBuild } from '../../operators/join-build.ts';
import { type JoinState, joinState } from '../../operators/join-state.ts';
import type { unmatchedSource } from '../../operators/join-unmatched.ts';
import type { PackSpec } from '../../operators/pack.ts';
import type { Breaker } from '../breaker.ts';
import { type BuildResult, type JoinDriver, joinDriver, joinDriverSpec, type RowBlock, required } from '../drivers.ts';
import { linkRows } from '../finish.ts';
import type { OpenSource, RunKernel, Stream } from '../pipeline.ts';
import { counterOf, type Query } from '../query.ts';
import { openBlocks } from '../sources.ts';
import { allocate, withOwnArenas } from '../task.ts';
import { openPages } from './open-pages.ts';
import { MOST_LEVELS, type Page, pageReader, pageWriter, type SpilledRows } from './pages.ts';
import { bytesLeft } from './policy.ts';

/** A join whose build side went to disk. */
export interface SpilledJoin {
  readonly plan: HashJoin;
  readonly state: JoinState;
  readonly ran: RunKernel;
  readonly built: BuildResult;
  /** Both sides are divided into so many partitions, as a power of two. */
  readonly bits: number;
  /** The build side's driver, whose memory can go once all its rows are on disk. */
  readonly driver: JoinDriver;
  readonly free: () => void;
  /** Runs the probe side into a sink. */
  readonly runProbe: (breaker: Breaker<unknown>) => Promise<unknown>;
  /** The join's code over rows of the probe side. */
  readonly probe: Operator;
  readonly counted: readonly Operator[];
  /** Build rows that the join puts out afterwards. */
  readonly unmatched: ReturnType<typeof unmatchedSource> | undefined;
  /** Runs a stream that only leaves marks. */
  readonly runMarks: (stream: Stream) => Promise<unknown>;
}

/** Part of the build side that fits in memory, and the rows of the probe side that may match it. */
interface Bucket {
  readonly build: readonly Page[];
  readonly probe: readonly Page[];
}

/** A bucket takes at most this share of the memory that is left: what follows in the pipeline needs some too. */
const BUCKET_SHARE = 4;
/** Bytes a row of a directory, at most. */
const DIRECTORY_BYTES = 32;
/** One part of a partition with this share of its rows: dividing it again would not help, since its rows have one key. */
const HOT = 0.8;

/**
 * A grace hash join (Kitsuregawa et al. 1983): the probe side goes to disk by the same bits of the hash as the build side,
 * and as many partitions at a time as fit are joined. A partition that does not fit is divided again by other bits; one
 * whose rows have one key is joined block by block, where the kind of join allows it.
 */
export async function spilledJoin(query: Query, join: SpilledJoin): Promise<readonly Stream[]> {
  const { plan, state, ran, built, driver, counted, unmatched } = join;
  await driver.send(built.blocks);
  const { spilled } = await driver.result();
  // The driver told of some before.
  const build = [...new Set([...built.spilled, ...spilled])];
  join.free();
  const { pack: buildSpec } = joinDriverSpec(state, join.bits);

  // The probe side's rows, with their hashes.
  const probeState = joinState();
  const own = withOwnArenas(query);
  const keepsAll = !(plan.join === 'inner' || plan.join === 'semi' || plan.join.startsWith('build'));
  const keys = plan.keys.map((key) => ({ expression: key.probe, nullsEqual: key.nullsEqual }));
  const probeDriver = joinDriver(own.task, () => joinDriverSpec(probeState, join.bits, true));
  const parts: SpilledRows[] = [];
  await join.runProbe({
    sink: joinBuild({ keys, columns: plan.probe.columns.map((c) => c.id), keepNullKeys: keepsAll }, probeState),
    driver: probeDriver,
    remote: () => ({ kind: 'join', ...joinDriverSpec(probeState, join.bits, true) }),
    adopt: (result) => {
      if ('sawNull' in result) parts.push(...result.spilled);
    },
  });
  parts.push(...(await probeDriver.result()).spilled);
  own.free();
  for (const { bytes } of [...build, ...parts]) counterOf(query, plan).spilledBytes += bytes;

  const { pack: probeSpec } = joinDriverSpec(probeState, join.bits, true);
  const rows = rowsOf(build.flatMap(({ partitions }) => partitions.flat()));
  const buckets = await divide(query, join, { build: buildSpec, probe: probeSpec }, pairs(build, parts), 1);
  const layout = required(probeState.layout, 'the row layout');
  const fields = [...probeState.fields].map(([id, field]): { id: ColumnId; field: number } => ({ id, field }));
  const source = rowsSource(layout, fields, true);

  return buckets.flatMap((bucket): Stream[] => {
    let loaded: { readonly blocks: readonly RowBlock[]; readonly free: () => void } | undefined;
    const unload = (): void => {
      loaded?.free();
      loaded = undefined;
    };
    const load = async (): Promise<readonly RowBlock[]> => {
      if (loaded !== undefined) return loaded.blocks;
      const { task, free } = withOwnArenas(query);
      const blocks = await loadPages(task, buildSpec, bucket.build);
      loaded = { blocks, free };
      const directory = await linkRows(task, state, ran.kernel.instance, ran.ctx, { ...built, blocks });
      // What follows from the build side as a whole does not follow from a part of it.
      state.directory = { ...directory, rows, sawNull: built.sawNull };
      return blocks;
    };
    const matching: Stream = {
      open: async () => {
        await load();
        return closing(openPages(query, source, probeSpec, bucket.probe), () => {
          if (unmatched === undefined) unload();
        });
      },
      operators: [join.probe, ...(plan.join === 'buildSemi' || plan.join === 'buildAnti' ? [] : counted)],
      label: `${plan.join} join of a partition`,
      limits: [],
      readOnce: true,
    };
    if (unmatched === undefined) return [matching];
    const rest: Stream = {
      open: async () => {
        const blocks = await load();
        if (plan.join === 'buildSemi' || plan.join === 'buildAnti') await join.runMarks(matching);
        return closing({ ...openBlocks(unmatched.source, blocks), passing: true }, unload);
      },
      operators: [unmatched.operator, ...counted],
      label: `${plan.join} join's build rows of a partition`,
      limits: [],
      readOnce: true,
    };
    return plan.join === 'full' || plan.join === 'buildLeft' ? [matching, rest] : [rest];
  });
}

function closing(opened: OpenSource, close: () => void): OpenSource {
  return {
    ...opened,
    close: () => {
      opened.close?.();
      close();
    },
  };
}

function pairs(build: readonly SpilledRows[], probe: readonly SpilledRows[]): Bucket[] {
  const count = (build[0] ?? probe[0])?.partitions.length ?? 0;
  const of = (parts: readonly SpilledRows[], p: number): Page[] =>
    parts.flatMap(({ partitions }) => partitions[p] ?? []);
  return Array.from({ length: count }, (_, p) => ({ build: of(build, p), probe: of(probe, p) }));
}

function rowsOf(pages: readonly Page[]): number {
  return pages.reduce((sum, page) => sum + page.rows, 0);
}

function bytesOf(pages: readonly Page[]): number {
  return pages.reduce((sum, page) => sum + page.bytes, 0) + rowsOf(pages) * DIRECTORY_BYTES;
}

interface Specs {
  readonly build: PackSpec;
  readonly probe: PackSpec;
}

/** Buckets that fit in memory, of partitions that may not. */
async function divide(
  query: Query,
  join: SpilledJoin,
  specs: Specs,
  partitions: readonly Bucket[],
  level: number,
): Promise<readonly Bucket[]> {
  const { join: kind } = join.plan;
  const room = bytesLeft(query.budget) / BUCKET_SHARE;
  const fits = (pages: readonly Page[]): boolean =>
    bytesOf(pages) <= room && rowsOf(pages) <= Math.max(query.tuning.spillRows, 1);
  const buckets: Bucket[] = [];
  let open: Bucket = { build: [], probe: [] };
  const needsProbe = kind === 'inner' || kind === 'semi' || kind === 'buildSemi';
  const needsBuild = needsProbe || kind.startsWith('build');
  const close = (): void => {
    if (open.build.length + open.probe.length > 0) buckets.push(open);
    open = { build: [], probe: [] };
  };
  const total = rowsOf(partitions.flatMap(({ build }) => build));
  for (const partition of partitions) {
    const { build, probe } = partition;
    if ((needsBuild && build.length === 0) || (needsProbe && probe.length === 0)) continue;
    if (!fits(build)) {
      const hot = level > 1 && rowsOf(build) > total * HOT;
      if (hot || level >= MOST_LEVELS) buckets.push(...blocks(kind, partition, fits));
      else {
        const build2 = await again(query, join, specs.build, build, level);
        const probe2 = await again(query, join, specs.probe, probe, level);
        buckets.push(...(await divide(query, join, specs, pairs([build2], [probe2]), level + 1)));
      }
      continue;
    }
    const together = { build: [...open.build, ...build], probe: [...open.probe, ...probe] };
    if (!fits(together.build)) {
      close();
      open = partition;
    } else open = together;
  }
  close();
  return buckets;
}

/**
 * A partition piece by piece, each of which meets all rows of the probe side. Where it matters whether a probe row matches
 * any build row at all there is but one piece, which may be too large: the query fails then.
 */
function blocks(kind: HashJoin['join'], partition: Bucket, fits: (pages: readonly Page[]) => boolean): Bucket[] {
  if (kind !== 'inner' && !kind.startsWith('build')) return [partition];
  const pieces: Bucket[] = [];
  let build: Page[] = [];
  for (const page of partition.build) {
    if (build.length > 0 && !fits([...build, page])) {
      pieces.push({ build, probe: partition.probe });
      build = [];
    }
    build.push(page);
  }
  pieces.push({ build, probe: partition.probe });
  return pieces;
}

/** The rows divided by the hash's bits of the level. */
async function again(
  query: Query,
  { plan }: SpilledJoin,
  spec: PackSpec,
  pages: readonly Page[],
  level: number,
): Promise<SpilledRows> {
  const { task, free } = withOwnArenas(query);
  const space = required(query.spill, 'the temporary file');
  const writer = pageWriter(task, space, spec, level);
  const most = pages.reduce((bytes, page) => Math.max(bytes, page.bytes), 8);
  const address = allocate(task, most);
  const buffer = new Uint8Array(most);
  const reader = pageReader(query, space, spec);
  for (const page of pages) {
    await reader.fetch(page, buffer);
    reader.place(page, buffer, address);
    await writer.write({ address, rows: page.rows });
  }
  const written = await writer.finish();
  counterOf(query, plan).spilledBytes += written.bytes;
  free();
  return written;
}

async function loadPages(task: Query, spec: PackSpec, pages: readonly Page[]): Promise<readonly RowBlock[]> {
  const reader = pageReader(task, required(task.spill, 'the temporary file'), spec);
  const buffer = new Uint8Array(pages.reduce((bytes, page) => Math.max(bytes, page.bytes), 8));
  const blocks: RowBlock[] = [];
  for (const page of pages) {
    await reader.fetch(page, buffer);
    const address = allocate({ ...task, arena: task.rows }, page.bytes);
    reader.place(page, buffer, address);
    blocks.push({ address, rows: page.rows });
    const pause = task.breathe();
    if (pause !== undefined) await pause;
  }
  return blocks;
}

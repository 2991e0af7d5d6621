import type { PipelineCode } from '../operators/emitter.ts';
import type { CompiledKernel } from './modules.ts';
import type { LimitCount, OpenSource, Stream } from './pipeline.ts';
import type { Query } from './query.ts';

/**
 * Code of pipelines that run again and again. It is used again where all that it depends on is the same: the stream and
 * its source say what that is, and the sink's state, which the code has told of its layout, is kept from run to run. There
 * is one piece of code for each state, since other code would lay out rows in other ways.
 */
interface KnownCode {
  readonly code: PipelineCode;
  readonly kernel: CompiledKernel;
}

export interface RememberedCode extends KnownCode {
  readonly dependsOn: readonly unknown[];
  readonly mostRows: bigint | undefined;
  readonly limits: readonly LimitCount['slots'][];
}

export interface CodeMemo {
  /** What there is, if it fits; the stream's limits then know where their counts are. */
  readonly known: () => KnownCode | undefined;
  readonly remember: (made: KnownCode) => void;
  /** What new code is to be generated for: more rows than now, lest the next run has a few too many. */
  readonly mostRows: bigint | undefined;
}

/** Undefined where nothing runs again, or the code may be another each time. */
export function codeMemo(
  query: Query,
  stream: Stream,
  opened: OpenSource,
  state: object | undefined,
): CodeMemo | undefined {
  const codes = query.repeated?.codes;
  if (codes === undefined || state === undefined || stream.code === undefined || opened.code === undefined)
    return undefined;
  const dependsOn = [...stream.code, ...opened.code];
  const { limits } = stream;
  const wanted = opened.mostRows;
  const mostRows = wanted === undefined ? undefined : roundedUp(wanted);
  return {
    mostRows,
    known: () => {
      const found = codes.get(state);
      if (found === undefined || !isSame(found.dependsOn, dependsOn) || found.limits.length !== limits.length)
        return undefined;
      if (found.mostRows !== undefined && (wanted === undefined || wanted > found.mostRows)) return undefined;
      limits.forEach((limit, i) => {
        limit.slots = found.limits[i];
      });
      return found;
    },
    remember: (made) => {
      codes.set(state, { ...made, dependsOn, mostRows, limits: limits.map(({ slots }) => slots) });
    },
  };
}

const LEAST_ROWS = 256n;

function roundedUp(rows: bigint): bigint {
  let most = LEAST_ROWS;
  while (most < rows) most *= 2n;
  return most;
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => Object.is(each, b[i]));
}

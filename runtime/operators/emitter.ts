import type { Column, ColumnId } from '../../compiler/ir/expression.ts';
import { internalError } from '../../compiler/types/error.ts';
import type { Value } from '../../compiler/types/value.ts';
import { CONTEXT, type ContextLayout, createContextLayout, createKernelScope, STATUS } from '../kernels/context.ts';
import { type ExpressionCompiler, expressionCompiler, type RowScope } from '../kernels/expression.ts';
import { LANE_BYTES, loadParts } from '../kernels/memory.ts';
import { laneOf, type Val } from '../kernels/value.ts';
import {
  type Expr,
  FunctionBuilder,
  type FunctionDefinition,
  i32,
  i64,
  type Label,
  type Local,
  load,
  op,
  select,
} from '../wasm/ir.ts';

/**
 * A pipeline is one kernel: a source's loop over the rows of a morsel, around the operators' code, around the sink's
 * (data-centric code generation after Neumann, "Efficiently Compiling Efficient Query Plans for Modern Hardware",
 * VLDB 2011). The kernel is a coroutine made by hand: it may stop *before* it puts a row into the sink, and when it
 * is called again it finds the place from the row number and from one saved position for each operator that makes
 * several rows out of one. So every call is bounded in work and in output, whatever the query does.
 */
export interface PipelineEmitter {
  readonly k: FunctionBuilder;
  readonly ctx: Expr;
  readonly layout: ContextLayout;
  readonly compiler: ExpressionCompiler;
  /**
   * For an operator that makes several rows out of one: says which locals hold its place. They are set by `begin`, or
   * restored when the kernel was stopped inside. `inside` generates what runs for each of its rows.
   */
  readonly expand: (place: readonly Local[], begin: () => void, inside: () => void) => void;
  /** No more rows than this reach the code that is being generated; sums are proven not to overflow by it. */
  readonly mostRows: () => bigint;
  /** Nothing is known of the number of rows from here on. */
  readonly forgetRows: () => void;
  /** Stops before the current row reaches the sink; it is processed again at the next call. */
  readonly suspend: (status: number) => void;
  /**
   * A number that is the same for a whole run but not part of the code: an address, a size. A function is asked at the
   * beginning of each run, where the code is used again.
   */
  readonly constantWord: (value: number | (() => number)) => Expr;
  readonly constantLong: (value: bigint | (() => bigint)) => Expr;
  /** Gives up with a status that is an error. */
  readonly fail: (status: number) => void;
  /** For expanding operators, once a round: stops when this call has done enough. */
  readonly checkBudget: () => void;
  /**
   * A loop's body may be generated twice, for special values and for all others. What must be the same in both (slots
   * of the context, the layout of rows) is made the first time, for all values; `owner` tells whose it is.
   */
  readonly once: <T>(owner: object, make: () => T) => T;
  /** Code that must run on every way out. */
  readonly onExit: (build: () => void) => void;
  /**
   * Counts a row, for EXPLAIN ANALYZE: `node` is the operator's number. To be generated behind what becomes of the row,
   * since a row at which the kernel stops comes again.
   */
  readonly count: (node: number) => void;
}

export interface Operator {
  readonly emit: (e: PipelineEmitter, scope: RowScope, next: (scope: RowScope) => void) => void;
}

export interface Source {
  /** Generates what makes the columns of the current row. */
  readonly emit: (e: PipelineEmitter, row: Local) => RowScope;
  /** The loop over rows `row` to `end`, where it is more than one after the other. */
  readonly loop?: ((e: PipelineEmitter, row: Local, end: Local, body: () => void) => void) | undefined;
}

export interface Sink {
  readonly emit: (e: PipelineEmitter, scope: RowScope) => void;
  /** More functions of the sink's module (rehashing, comparing …). */
  readonly functions?: (layout: ContextLayout) => readonly FunctionDefinition[];
}

export interface PipelineCode {
  readonly run: FunctionDefinition;
  readonly more: readonly FunctionDefinition[];
  readonly layout: ContextLayout;
  /** Context offsets of the row counters, by operator number. */
  readonly counters: ReadonlyMap<number, number>;
}

/** More rows than any query can make: 2^40 take hours. */
const MANY_ROWS = 1n << 40n;

export interface PipelineShape {
  /** Rows that the source has at most, if that is certain. */
  readonly mostRows?: bigint | undefined;
  readonly source: Source;
  readonly operators: readonly Operator[];
  readonly sink: Sink;
  /** Values of the statement's parameters. */
  readonly parameters: readonly Value[];
  /** Columns of the outer side of an enclosing Apply, bound to a row. */
  readonly outer: ReadonlyMap<ColumnId, { readonly column: Column }>;
  readonly analyze: boolean;
}

/** Generates a pipeline's kernel: `run(ctx) -> STATUS`. */
export function emitPipeline(shape: PipelineShape): PipelineCode {
  const k = new FunctionBuilder('run', { parameters: ['i32'], result: 'i32' });
  const ctx = k.parameter(0);
  const layout = createContextLayout();
  const exits: (() => void)[] = [];
  const status = k.local('i32');
  let exit: Label | undefined;
  const leave = (value: number): void => {
    if (exit === undefined) throw internalError('the kernel has no way out');
    k.set(status, i32(value));
    k.branch(exit);
  };
  const row = k.local('i32');
  const end = k.local('i32');
  const budget = k.local('i32');
  const resuming = k.local('i32');
  // Finding the way back costs nothing, or a kernel that stops on that way would never get on.
  const spend = (rounds: number): void =>
    k.set(
      budget,
      op('i32.sub', budget, rounds === 1 ? op('i32.eqz', resuming) : select(resuming, i32(0), i32(rounds))),
    );
  const kernel = createKernelScope(k, ctx, layout, leave, spend);
  const compiler = expressionCompiler(kernel, shape.parameters);
  // While the kernel finds its way back to where it stopped: how many expanding operators have their place saved.
  const places: { local: Local; slot: number }[][] = [];
  const counters = new Map<number, number>();
  const made = new Map<object, { readonly thing: unknown }>();
  let mostRows = shape.mostRows ?? MANY_ROWS;
  k.prologue(() => {
    k.set(row, load('i32.load', ctx, CONTEXT.cursor));
    k.set(end, load('i32.load', ctx, CONTEXT.end));
    k.set(budget, load('i32.load', ctx, CONTEXT.budget));
    k.set(resuming, load('i32.load', ctx, CONTEXT.resume));
  });

  const e: PipelineEmitter = {
    k,
    ctx,
    layout,
    compiler,
    expand: (locals, begin, inside) => {
      const level = places.length + 1;
      const place = locals.map((local) => ({ local, slot: layout.reserve(4) }));
      k.if(
        op('i32.ge_s', resuming, i32(level)),
        () => {
          for (const { local, slot } of place) k.set(local, load('i32.load', ctx, slot));
          k.if(op('i32.eq', resuming, i32(level)), () => k.set(resuming, i32(0)));
        },
        begin,
      );
      places.push(place);
      mostRows = MANY_ROWS;
      inside();
      places.pop();
    },
    mostRows: () => mostRows,
    forgetRows: () => {
      mostRows = MANY_ROWS;
    },
    suspend: (value) => {
      for (const { local, slot } of places.flat()) k.store('i32.store', ctx, slot, local);
      k.set(resuming, i32(places.length));
      leave(value);
    },
    fail: leave,
    constantWord: (value) => {
      const slot = layout.reserve(4);
      layout.words.push({ offset: slot, value });
      const local = k.local('i32');
      k.prologue(() => k.set(local, load('i32.load', ctx, slot)));
      return local;
    },
    constantLong: (value) => {
      const slot = layout.reserve(8);
      layout.words.push({ offset: slot, value });
      const local = k.local('i64');
      k.prologue(() => k.set(local, load('i64.load', ctx, slot)));
      return local;
    },
    checkBudget: () => {
      spend(1);
      k.if(op('i32.lt_s', budget, i32(0)), () => e.suspend(STATUS.AGAIN));
    },
    once: (owner, make) => {
      const known = made.get(owner);
      if (known !== undefined) {
        // An owner always makes things of one kind.
        return known.thing as ReturnType<typeof make>;
      }
      const thing = make();
      made.set(owner, { thing });
      return thing;
    },
    onExit: (build) => {
      exits.push(build);
    },
    count: (node) => {
      if (!shape.analyze) return;
      let slot = counters.get(node);
      if (slot === undefined) {
        slot = layout.reserve(8);
        counters.set(node, slot);
      }
      k.store('i64.store', ctx, slot, op('i64.add', load('i64.load', ctx, slot), i64(1)));
    },
  };

  const outerValues = new Map<ColumnId, Val>();
  const outerValue = (column: Column): Val => {
    const known = outerValues.get(column.id);
    if (known !== undefined) return known;
    const made = outerColumn(k, ctx, layout, column);
    outerValues.set(column.id, made);
    return made;
  };

  k.block((label) => {
    exit = label;
    const body = (): void => {
      const gate = k.later();
      let scope = shape.source.emit(e, row);
      if (shape.outer.size > 0) {
        const bound = [...shape.outer].map(([id, { column }]): [number, () => Val] => [id, () => outerValue(column)]);
        scope = scope.define(new Map(bound));
      }
      const step = (index: number, inner: RowScope): void => {
        const operator = shape.operators[index];
        if (operator === undefined) shape.sink.emit(e, inner);
        else operator.emit(e, inner, (next) => step(index + 1, next));
      };
      step(0, scope);
      k.set(resuming, i32(0));
      // Rows are cheap and a morsel bounds them, but for what the host evaluates.
      if (layout.hostCalls.length > 0) {
        gate(() =>
          k.if(op('i32.and', op('i32.lt_s', budget, i32(0)), op('i32.eqz', resuming)), () => e.suspend(STATUS.AGAIN)),
        );
      }
    };
    const eachRow = (): void =>
      k.while(
        () => op('i32.lt_u', row, end),
        () => {
          body();
          k.set(row, op('i32.add', row, i32(1)));
        },
      );
    if (shape.source.loop === undefined) eachRow();
    else shape.source.loop(e, row, end, body);
    k.set(status, i32(STATUS.DONE));
  });
  k.store('i32.store', ctx, CONTEXT.cursor, row);
  k.store('i32.store', ctx, CONTEXT.resume, resuming);
  for (const build of exits) build();
  k.return(status);
  return { run: k.build(), more: shape.sink.functions?.(layout) ?? [], layout, counters };
}

/** The code is the same for all outer rows: nothing is known of the value but its type. */
function outerColumn(k: FunctionBuilder, ctx: Expr, layout: ContextLayout, { id, type, nullable }: Column): Val {
  const lane = laneOf(type);
  const offset = layout.reserve(LANE_BYTES[lane]);
  const nullOffset = nullable ? layout.reserve(4) : undefined;
  layout.outer.push({ id, type, lane, offset, nullOffset });
  let parts: readonly Expr[] = [];
  let null_: Local | undefined;
  k.prologue(() => {
    parts = loadParts(k, lane, ctx, offset);
    null_ = nullOffset === undefined ? undefined : k.local('i32', load('i32.load', ctx, nullOffset));
  });
  return { type, lane, parts, null_ };
}

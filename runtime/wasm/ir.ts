import { internalError } from '../../compiler/types/error.ts';
import { ATOMICS, LOADS, type NumType, OPS, STORES } from './opcodes.ts';

/**
 * The kernel IR: typed, structured code of which WebAssembly is the only back end. Expressions are values without
 * identity (used twice, they are computed twice); a local names a value that is computed once. Loops and blocks are
 * left by label objects, so that nobody counts branch depths.
 */
export type Expr =
  | { readonly kind: 'const'; readonly type: NumType; readonly value: number | bigint }
  | Local
  | { readonly kind: 'op'; readonly type: NumType; readonly name: string; readonly args: readonly Expr[] }
  | {
      readonly kind: 'load';
      readonly type: NumType;
      readonly name: string;
      readonly address: Expr;
      readonly offset: number;
    }
  | {
      readonly kind: 'atomic';
      readonly type: NumType;
      readonly name: string;
      readonly address: Expr;
      readonly offset: number;
      readonly args: readonly Expr[];
    }
  | {
      readonly kind: 'select';
      readonly type: NumType;
      readonly condition: Expr;
      readonly then: Expr;
      readonly otherwise: Expr;
    }
  | { readonly kind: 'call'; readonly type: NumType; readonly callee: Callee; readonly args: readonly Expr[] }
  | { readonly kind: 'memory.size'; readonly type: 'i32' }
  | { readonly kind: 'memory.grow'; readonly type: 'i32'; readonly pages: Expr };

/** A local variable; parameters are the first locals of a function. */
export interface Local {
  readonly kind: 'local';
  readonly type: NumType;
  readonly index: number;
}

export interface Label {
  readonly kind: 'label';
}

export type Statement =
  | { readonly kind: 'set'; readonly local: Local; readonly value: Expr }
  | {
      readonly kind: 'store';
      readonly name: string;
      readonly address: Expr;
      readonly offset: number;
      readonly value: Expr;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expr;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'block'; readonly label: Label; readonly body: readonly Statement[] }
  | { readonly kind: 'loop'; readonly label: Label; readonly body: readonly Statement[] }
  | { readonly kind: 'branch'; readonly label: Label; readonly condition?: Expr | undefined }
  | { readonly kind: 'return'; readonly value?: Expr | undefined }
  | { readonly kind: 'effect'; readonly value: Expr }
  | { readonly kind: 'callVoid'; readonly callee: Callee; readonly args: readonly Expr[] }
  | {
      readonly kind: 'memory.copy' | 'memory.fill';
      readonly destination: Expr;
      readonly source: Expr;
      readonly length: Expr;
    }
  | { readonly kind: 'trap' };

export interface Signature {
  readonly parameters: readonly NumType[];
  readonly result?: NumType | undefined;
}

/** A function that can be called: one with a body, or one that the host or another module provides. */
export type Callee = FunctionDefinition | ImportedFunction;

export interface FunctionDefinition extends Signature {
  readonly kind: 'function';
  readonly name: string;
  readonly locals: readonly NumType[];
  readonly body: readonly Statement[];
}

export interface ImportedFunction extends Signature {
  readonly kind: 'import';
  readonly module: string;
  readonly name: string;
}

function checkArgs(what: string, want: readonly NumType[], args: readonly Expr[]): void {
  if (want.length !== args.length || want.some((type, i) => args[i]?.type !== type))
    throw internalError(`kernel ${what} takes (${want.join(', ')}), got (${args.map((a) => a.type).join(', ')})`);
}

export function op(name: string, ...args: Expr[]): Expr {
  const found = OPS.get(name);
  if (found === undefined) throw internalError(`no instruction ${name}`);
  checkArgs(name, found.args, args);
  return fold(name, args) ?? { kind: 'op', type: found.result, name, args };
}

/**
 * Truth values that are known when code is generated (the tag of a value, the absence of NULLs) decide what is
 * generated: V8 would fold them too, but only in its optimizing tier, and branches would keep their code.
 */
function fold(name: string, args: readonly Expr[]): Expr | undefined {
  const [a, b] = args;
  const x = a === undefined ? undefined : small(a);
  const y = b === undefined ? undefined : small(b);
  if (x !== undefined && (b === undefined || y !== undefined)) return foldBoth(name, x, y ?? 0);
  switch (name) {
    case 'i32.or':
      return x === 0 ? b : y === 0 ? a : undefined;
    case 'i32.and':
      // A constant 0 decides; the other side is pure.
      return x === 0 ? a : y === 0 ? b : undefined;
    case 'i32.add':
    case 'i32.sub':
      return y === 0 ? a : undefined;
    default:
      return undefined;
  }
}

function small(e: Expr): number | undefined {
  return e.kind === 'const' && e.type === 'i32' ? Number(e.value) : undefined;
}

function foldBoth(name: string, x: number, y: number): Expr | undefined {
  switch (name) {
    case 'i32.eqz':
      return i32(x === 0 ? 1 : 0);
    case 'i32.eq':
      return i32(x === y ? 1 : 0);
    case 'i32.ne':
      return i32(x !== y ? 1 : 0);
    case 'i32.and':
      return i32(x & y);
    case 'i32.or':
      return i32(x | y);
    case 'i32.xor':
      return i32(x ^ y);
    case 'i32.ge_u':
      return i32(x >>> 0 >= y >>> 0 ? 1 : 0);
    case 'i32.gt_u':
      return i32(x >>> 0 > y >>> 0 ? 1 : 0);
    case 'i32.le_u':
      return i32(x >>> 0 <= y >>> 0 ? 1 : 0);
    case 'i32.lt_u':
      return i32(x >>> 0 < y >>> 0 ? 1 : 0);
    default:
      return undefined;
  }
}

export function load(name: string, address: Expr, offset = 0): Expr {
  const found = LOADS.get(name);
  if (found === undefined) throw internalError(`no load ${name}`);
  checkArgs(name, ['i32'], [address]);
  return { kind: 'load', type: found.type, name, address, offset };
}

export function atomic(name: string, address: Expr, offset: number, ...args: Expr[]): Expr {
  const found = ATOMICS.get(name);
  if (found === undefined) throw internalError(`no atomic ${name}`);
  checkArgs(name, [...Array<NumType>(name.endsWith('cmpxchg') ? 2 : 1).fill(found.type)], args);
  return { kind: 'atomic', type: found.type, name, address, offset, args };
}

export function select(condition: Expr, then: Expr, otherwise: Expr): Expr {
  checkArgs('select', ['i32', then.type], [condition, otherwise]);
  const known = small(condition);
  if (known !== undefined) return known !== 0 ? then : otherwise;
  return { kind: 'select', type: then.type, condition, then, otherwise };
}

export function call(callee: Callee, ...args: Expr[]): Expr {
  checkArgs(callee.name, callee.parameters, args);
  if (callee.result === undefined) throw internalError(`${callee.name} gives no value`);
  return { kind: 'call', type: callee.result, callee, args };
}

export const i32 = (value: number): Expr => ({ kind: 'const', type: 'i32', value: value | 0 });
export const i64 = (value: number | bigint): Expr => ({
  kind: 'const',
  type: 'i64',
  value: BigInt.asIntN(64, BigInt(value)),
});
export const f64 = (value: number): Expr => ({ kind: 'const', type: 'f64', value });
export const f32 = (value: number): Expr => ({ kind: 'const', type: 'f32', value });

/** Builds one function's body. Methods append statements to the innermost open block. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly #signature: Signature;
  readonly #locals: NumType[] = [];
  readonly #prologue: Statement[] = [];
  #body: Statement[] = [];

  constructor(name: string, signature: Signature) {
    this.name = name;
    this.#signature = signature;
    this.parameters = signature.parameters.map((type, index) => ({ kind: 'local', type, index }));
  }

  parameter(index: number): Local {
    const found = this.parameters[index];
    if (found === undefined) throw internalError(`${this.name} has no parameter ${index}`);
    return found;
  }

  local(type: NumType, initial?: Expr): Local {
    const index = this.parameters.length + this.#locals.length;
    this.#locals.push(type);
    const local: Local = { kind: 'local', type, index };
    if (initial !== undefined) this.set(local, initial);
    return local;
  }

  /** The value in a local of its own, unless it is one already (or a constant): to use it more than once. */
  keep(value: Expr): Expr {
    return value.kind === 'const' || value.kind === 'local' ? value : this.local(value.type, value);
  }

  set(local: Local, value: Expr): void {
    checkArgs(`set in ${this.name}`, [local.type], [value]);
    this.#body.push({ kind: 'set', local, value });
  }

  store(name: string, address: Expr, offset: number, value: Expr): void {
    const found = STORES.get(name);
    if (found === undefined) throw internalError(`no store ${name}`);
    checkArgs(name, ['i32', found.type], [address, value]);
    this.#body.push({ kind: 'store', name, address, offset, value });
  }

  /** What `build` appends, as a list of its own. */
  #collect(build: () => void): readonly Statement[] {
    const outer = this.#body;
    const inner: Statement[] = [];
    this.#body = inner;
    try {
      build();
    } finally {
      this.#body = outer;
    }
    return inner;
  }

  /** Appends to the code that runs once, before everything else: what a loop needs but does not change. */
  prologue(build: () => void): void {
    this.#prologue.push(...this.#collect(build));
  }

  /** A place in the code that is filled once more is known; it stays empty otherwise. */
  later(): (build: () => void) => void {
    const body: Statement[] = [];
    this.#body.push({ kind: 'block', label: { kind: 'label' }, body });
    return (build) => {
      body.push(...this.#collect(build));
    };
  }

  if(condition: Expr, then: () => void, otherwise?: () => void): void {
    checkArgs('if', ['i32'], [condition]);
    if (condition.kind === 'const') {
      if (condition.value !== 0) then();
      else otherwise?.();
      return;
    }
    const statement: Statement = {
      kind: 'if',
      condition,
      then: this.#collect(then),
      otherwise: otherwise === undefined ? [] : this.#collect(otherwise),
    };
    this.#body.push(statement);
  }

  /** A block; `break_(label)` leaves it. */
  block(build: (label: Label) => void): void {
    const label: Label = { kind: 'label' };
    this.#body.push({ kind: 'block', label, body: this.#collect(() => build(label)) });
  }

  /** A loop that ends when its body ends; `branch(label)` starts it again. */
  loop(build: (again: Label) => void): void {
    const label: Label = { kind: 'label' };
    this.#body.push({ kind: 'loop', label, body: this.#collect(() => build(label)) });
  }

  /** Repeats the body while the condition holds, which is tested first. `next` starts the next round early. */
  while(condition: () => Expr, build: (exit: Label, next: Label) => void): void {
    this.block((exit) => {
      this.loop((again) => {
        this.branch(exit, op('i32.eqz', condition()));
        build(exit, again);
        this.branch(again);
      });
    });
  }

  branch(label: Label, condition?: Expr): void {
    if (condition !== undefined) checkArgs('branch', ['i32'], [condition]);
    this.#body.push({ kind: 'branch', label, condition });
  }

  return(value?: Expr): void {
    checkArgs(
      `return of ${this.name}`,
      this.#signature.result === undefined ? [] : [this.#signature.result],
      value === undefined ? [] : [value],
    );
    this.#body.push({ kind: 'return', value });
  }

  /** Evaluates for its effect; the value is dropped. */
  effect(value: Expr): void {
    this.#body.push({ kind: 'effect', value });
  }

  call(callee: Callee, ...args: Expr[]): void {
    checkArgs(callee.name, callee.parameters, args);
    if (callee.result !== undefined) this.effect(call(callee, ...args));
    else this.#body.push({ kind: 'callVoid', callee, args });
  }

  copy(destination: Expr, source: Expr, length: Expr): void {
    this.#body.push({ kind: 'memory.copy', destination, source, length });
  }

  fill(destination: Expr, byte: Expr, length: Expr): void {
    this.#body.push({ kind: 'memory.fill', destination, source: byte, length });
  }

  trap(): void {
    this.#body.push({ kind: 'trap' });
  }

  build(): FunctionDefinition {
    return {
      kind: 'function',
      name: this.name,
      ...this.#signature,
      locals: this.#locals,
      body: [...this.#prologue, ...this.#body],
    };
  }
}

/** Defines a function: `build` gets the builder and the parameters. */
export function defineFunction(
  name: string,
  parameters: readonly NumType[],
  result: NumType | undefined,
  build: (k: FunctionBuilder, ...parameters: Local[]) => void,
): FunctionDefinition {
  const k = new FunctionBuilder(name, { parameters, result });
  build(k, ...k.parameters);
  return k.build();
}

/** Defines a function whose body calls itself, directly or through others: `build` gets it before it is complete. */
export function defineRecursive(
  name: string,
  parameters: readonly NumType[],
  result: NumType | undefined,
  build: (k: FunctionBuilder, self: FunctionDefinition, ...parameters: Local[]) => void,
): FunctionDefinition {
  const locals: NumType[] = [];
  const body: Statement[] = [];
  const self: FunctionDefinition = { kind: 'function', name, parameters, result, locals, body };
  const complete = defineFunction(name, parameters, result, (k, ...own) => build(k, self, ...own));
  locals.push(...complete.locals);
  body.push(...complete.body);
  return self;
}

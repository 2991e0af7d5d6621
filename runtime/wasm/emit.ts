import { internalError } from '../../compiler/types/error.ts';
import type { Callee, Expr, FunctionDefinition, ImportedFunction, Label, Signature, Statement } from './ir.ts';
import { ATOMICS, LOADS, type NumType, OPS, STORES, TYPE_CODES } from './opcodes.ts';

export interface ModuleOptions {
  /** A module that declares shared memory refuses an unshared one, so both forms exist. */
  readonly shared: boolean;
  /** Upper bound of the memory it can be linked to, in 64 KiB pages. */
  readonly maximumPages: number;
}

/** A growing byte buffer. */
class Bytes {
  #data = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#data.length) this.#reserve(1);
    this.#data[this.length++] = value;
  }

  bytes(values: readonly number[] | Uint8Array): void {
    this.#reserve(values.length);
    this.#data.set(values, this.length);
    this.length += values.length;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(this.#data.length * 2, this.length + more));
    larger.set(this.#data);
    this.#data = larger;
  }

  u32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  i32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  i64(value: bigint): void {
    // Most constants are small: the bigint loop is the slow path.
    if (value >= -0x40000000n && value < 0x40000000n) return this.i32(Number(value));
    let rest = value;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  float(value: number, width: 4 | 8): void {
    const scratch = new DataView(new ArrayBuffer(8));
    if (width === 4) scratch.setFloat32(0, value, true);
    else scratch.setFloat64(0, value, true);
    this.bytes(new Uint8Array(scratch.buffer, 0, width));
  }

  text(value: string): void {
    const encoded = Array.from(value, (c) => c.charCodeAt(0) & 0x7f);
    this.u32(encoded.length);
    this.bytes(encoded);
  }

  section(id: number, content: Bytes): void {
    this.byte(id);
    this.u32(content.length);
    this.bytes(content.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.length);
  }
}

/**
 * Encodes a module with the given functions, exported by name, and all functions with a body that they call.
 * The memory is the import `env.memory`.
 */
export function emitModule(exported: readonly FunctionDefinition[], options: ModuleOptions): Uint8Array<ArrayBuffer> {
  const imports: ImportedFunction[] = [];
  const functions: FunctionDefinition[] = [];
  const seen = new Set<Callee>();
  const visit = (callee: Callee): void => {
    if (seen.has(callee)) return;
    seen.add(callee);
    if (callee.kind === 'import') {
      imports.push(callee);
      return;
    }
    functions.push(callee);
    for (const statement of callee.body) visitStatement(statement, visit);
  };
  exported.forEach(visit);

  // The same import may be described by two objects; one entry serves both.
  const importIndex = new Map<string, number>();
  const uniqueImports: ImportedFunction[] = [];
  for (const entry of imports) {
    const key = `${entry.module}.${entry.name}`;
    if (importIndex.has(key)) continue;
    importIndex.set(key, uniqueImports.length);
    uniqueImports.push(entry);
  }
  const functionIndex = new Map(functions.map((definition, i) => [definition, uniqueImports.length + i]));
  const indexOf = (callee: Callee): number => {
    const index =
      callee.kind === 'import' ? importIndex.get(`${callee.module}.${callee.name}`) : functionIndex.get(callee);
    if (index === undefined) throw internalError(`function ${callee.name} is not in the module`);
    return index;
  };

  const types = new Bytes();
  const typeIndex = new Map<string, number>();
  const typeOf = (signature: Signature): number => {
    const key = `${signature.parameters.join()}:${signature.result ?? ''}`;
    let index = typeIndex.get(key);
    if (index === undefined) {
      index = typeIndex.size;
      typeIndex.set(key, index);
      types.byte(0x60);
      types.u32(signature.parameters.length);
      for (const parameter of signature.parameters) types.byte(TYPE_CODES[parameter]);
      types.u32(signature.result === undefined ? 0 : 1);
      if (signature.result !== undefined) types.byte(TYPE_CODES[signature.result]);
    }
    return index;
  };

  const importSection = new Bytes();
  importSection.u32(uniqueImports.length + 1);
  importSection.text('env');
  importSection.text('memory');
  importSection.byte(0x02);
  importSection.byte(options.shared ? 0x03 : 0x01);
  importSection.u32(1);
  importSection.u32(options.maximumPages);
  for (const entry of uniqueImports) {
    importSection.text(entry.module);
    importSection.text(entry.name);
    importSection.byte(0x00);
    importSection.u32(typeOf(entry));
  }

  const functionSection = new Bytes();
  functionSection.u32(functions.length);
  for (const definition of functions) functionSection.u32(typeOf(definition));

  const exportSection = new Bytes();
  exportSection.u32(exported.length);
  for (const definition of exported) {
    exportSection.text(definition.name);
    exportSection.byte(0x00);
    exportSection.u32(indexOf(definition));
  }

  const codeSection = new Bytes();
  codeSection.u32(functions.length);
  for (const definition of functions) {
    const body = emitBody(definition, indexOf);
    codeSection.u32(body.length);
    codeSection.bytes(body.finish());
  }

  const typeSection = new Bytes();
  typeSection.u32(typeIndex.size);
  typeSection.bytes(types.finish());

  const out = new Bytes();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  out.section(1, typeSection);
  out.section(2, importSection);
  out.section(3, functionSection);
  out.section(7, exportSection);
  out.section(10, codeSection);
  return out.finish();
}

function visitStatement(s: Statement, visit: (callee: Callee) => void): void {
  const expr = (e: Expr): void => visitExpr(e, visit);
  switch (s.kind) {
    case 'set':
    case 'effect':
      return expr(s.value);
    case 'store':
      expr(s.address);
      return expr(s.value);
    case 'if':
      expr(s.condition);
      for (const inner of s.then) visitStatement(inner, visit);
      for (const inner of s.otherwise) visitStatement(inner, visit);
      return;
    case 'block':
    case 'loop':
      for (const inner of s.body) visitStatement(inner, visit);
      return;
    case 'branch':
      if (s.condition !== undefined) expr(s.condition);
      return;
    case 'return':
      if (s.value !== undefined) expr(s.value);
      return;
    case 'callVoid':
      visit(s.callee);
      return s.args.forEach(expr);
    case 'memory.copy':
    case 'memory.fill':
      expr(s.destination);
      expr(s.source);
      return expr(s.length);
    case 'trap':
      return;
  }
}

function visitExpr(e: Expr, visit: (callee: Callee) => void): void {
  switch (e.kind) {
    case 'const':
    case 'local':
    case 'memory.size':
      return;
    case 'op':
      for (const arg of e.args) visitExpr(arg, visit);
      return;
    case 'load':
      return visitExpr(e.address, visit);
    case 'atomic':
      visitExpr(e.address, visit);
      for (const arg of e.args) visitExpr(arg, visit);
      return;
    case 'select':
      visitExpr(e.condition, visit);
      visitExpr(e.then, visit);
      return visitExpr(e.otherwise, visit);
    case 'call':
      visit(e.callee);
      for (const arg of e.args) visitExpr(arg, visit);
      return;
    case 'memory.grow':
      return visitExpr(e.pages, visit);
  }
}

const END = 0x0b;
const EMPTY_BLOCK = 0x40;

function emitBody(definition: FunctionDefinition, indexOf: (callee: Callee) => number): Bytes {
  const out = new Bytes();
  const runs: { type: NumType; count: number }[] = [];
  for (const type of definition.locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  out.u32(runs.length);
  for (const run of runs) {
    out.u32(run.count);
    out.byte(TYPE_CODES[run.type]);
  }

  // Innermost last; `if` opens a level that has no label.
  const labels: (Label | undefined)[] = [];
  const depthOf = (label: Label): number => {
    const at = labels.lastIndexOf(label);
    if (at < 0) throw internalError(`${definition.name}: branch to a label that is not open`);
    return labels.length - 1 - at;
  };

  const memory = (
    found: { bytes: readonly number[]; align: number } | undefined,
    name: string,
    offset: number,
  ): void => {
    if (found === undefined) throw internalError(`no instruction ${name}`);
    out.bytes(found.bytes);
    out.u32(found.align);
    out.u32(offset);
  };

  const expr = (e: Expr): void => {
    switch (e.kind) {
      case 'const':
        switch (e.type) {
          case 'i32':
            out.byte(0x41);
            return out.i32(Number(e.value));
          case 'i64':
            out.byte(0x42);
            return out.i64(BigInt(e.value));
          case 'f32':
            out.byte(0x43);
            return out.float(Number(e.value), 4);
          case 'f64':
            out.byte(0x44);
            return out.float(Number(e.value), 8);
          case 'v128':
            throw internalError('vector constants are built by splats');
        }
        return;
      case 'local':
        out.byte(0x20);
        return out.u32(e.index);
      case 'op': {
        for (const arg of e.args) expr(arg);
        const found = OPS.get(e.name);
        if (found === undefined) throw internalError(`no instruction ${e.name}`);
        return out.bytes(found.bytes);
      }
      case 'load':
        expr(e.address);
        return memory(LOADS.get(e.name), e.name, e.offset);
      case 'atomic':
        expr(e.address);
        for (const arg of e.args) expr(arg);
        return memory(ATOMICS.get(e.name), e.name, e.offset);
      case 'select':
        expr(e.then);
        expr(e.otherwise);
        expr(e.condition);
        return out.byte(0x1b);
      case 'call':
        for (const arg of e.args) expr(arg);
        out.byte(0x10);
        return out.u32(indexOf(e.callee));
      case 'memory.size':
        return out.bytes([0x3f, 0x00]);
      case 'memory.grow':
        expr(e.pages);
        return out.bytes([0x40, 0x00]);
    }
  };

  const statements = (list: readonly Statement[]): void => {
    for (const s of list) statement(s);
  };

  const statement = (s: Statement): void => {
    switch (s.kind) {
      case 'set':
        expr(s.value);
        out.byte(0x21);
        return out.u32(s.local.index);
      case 'store':
        expr(s.address);
        expr(s.value);
        return memory(STORES.get(s.name), s.name, s.offset);
      case 'if':
        expr(s.condition);
        out.bytes([0x04, EMPTY_BLOCK]);
        labels.push(undefined);
        statements(s.then);
        if (s.otherwise.length > 0) {
          out.byte(0x05);
          statements(s.otherwise);
        }
        labels.pop();
        return out.byte(END);
      case 'block':
      case 'loop':
        out.bytes([s.kind === 'block' ? 0x02 : 0x03, EMPTY_BLOCK]);
        labels.push(s.label);
        statements(s.body);
        labels.pop();
        return out.byte(END);
      case 'branch':
        if (s.condition !== undefined) expr(s.condition);
        out.byte(s.condition === undefined ? 0x0c : 0x0d);
        return out.u32(depthOf(s.label));
      case 'return':
        if (s.value !== undefined) expr(s.value);
        return out.byte(0x0f);
      case 'effect':
        expr(s.value);
        return out.byte(0x1a);
      case 'callVoid':
        for (const arg of s.args) expr(arg);
        out.byte(0x10);
        return out.u32(indexOf(s.callee));
      case 'memory.copy':
      case 'memory.fill':
        expr(s.destination);
        expr(s.source);
        expr(s.length);
        return out.bytes(s.kind === 'memory.copy' ? [0xfc, 0x0a, 0x00, 0x00] : [0xfc, 0x0b, 0x00]);
      case 'trap':
        return out.byte(0x00);
    }
  };

  statements(definition.body);
  // A function with a result ends in return on every path; the trap tells the validator so.
  if (definition.result !== undefined) out.byte(0x00);
  out.byte(END);
  return out;
}

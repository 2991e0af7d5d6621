import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cast, columnRef } from '../../compiler/ir/build.ts';
import { canCast } from '../../compiler/types/cast.ts';
import * as T from '../../compiler/types/type.ts';
import { check, columnsOf } from './agree.ts';
import { runKernel } from './harness.ts';

const TYPES: readonly T.Type[] = [
  T.BOOL,
  T.INT8,
  T.INT16,
  T.INT32,
  T.INT64,
  T.FLOAT32,
  T.FLOAT64,
  T.decimal(4, 4),
  T.decimal(9, 2),
  T.decimal(18, 0),
  T.decimal(38, 0),
  T.decimal(38, 20),
  T.UTF8,
  T.BINARY,
  T.DATE,
  T.TIME,
  T.TIMESTAMP,
  T.INTERVAL,
  T.ANY,
  T.list(T.INT32),
  T.list(T.UTF8),
];

describe.each(TYPES.map((from) => [T.typeName(from), from] as const))('from %s', (_, from) => {
  test.each(TYPES.filter((to) => canCast(from, to)).map((to) => [T.typeName(to), to] as const))(
    'to %s',
    (_name, to) => {
      check([from], ([arg]) => (arg === undefined ? [] : [cast(arg, to)]), { batches: 5 });
      check([from], ([arg]) => (arg === undefined ? [] : [cast(arg, to, 'null')]), { batches: 5 });
    },
  );
});

test('an untyped NULL becomes the NULL of any type', () => {
  for (const to of TYPES) check([T.NULL], ([arg]) => (arg === undefined ? [] : [cast(arg, to)]), { batches: 1 });
});

test('which casts have kernels', () => {
  const lines = TYPES.map((from) => {
    const columns = columnsOf([from]);
    const services: Record<'kernel' | 'some rows by the host' | 'host', string[]> = {
      kernel: [],
      'some rows by the host': [],
      host: [],
    };
    for (const to of TYPES) {
      if (!canCast(from, to) || T.typeEquals(from, to)) continue;
      const expressions = columns.map((column) => cast(columnRef(column), to));
      const { hosted, partlyHosted } = runKernel(
        { columns, rows: [], expressions },
        { shared: true, statistics: false },
      );
      const service = hosted.length > 0 ? 'host' : partlyHosted.length > 0 ? 'some rows by the host' : 'kernel';
      services[service].push(T.typeName(to));
    }
    const shown = Object.entries(services).flatMap(([service, to]) =>
      to.length === 0 ? [] : [`  ${service}: ${to.join(' ')}`],
    );
    return [`from ${T.typeName(from)}`, ...shown].join('\n');
  });
  const text = `${lines.join('\n')}\n`;
  const path = fileURLToPath(new URL('casts.golden.txt', import.meta.url));
  if (process.env.UPDATE === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
});

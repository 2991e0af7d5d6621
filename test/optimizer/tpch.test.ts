import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../../compiler/ir/verify.ts';
import { optimize, PASSES } from '../../compiler/optimizer/index.ts';
import { expressions, walk } from '../../compiler/physical/columns.ts';
import { lower } from '../../compiler/physical/lower.ts';
import { printPhysical } from '../../compiler/physical/print.ts';
import { findPeer, requirePeer } from '../support/peers.ts';
import { bindQueryPlan, catalogWithStatistics } from './support.ts';

// The physical plans of TPC-H with the statistics of scale factor 1. UPDATE=1 rewrites tpch.txt.

const kits = findPeer('kits');
const golden = new URL('tpch.txt', import.meta.url);

describe.skipIf(!requirePeer('kits'))('TPC-H', () => {
  if (kits === undefined) return;
  const folder = join(kits, 'tpch');
  const statistics = readFileSync(new URL('tpch-sf1.stats', import.meta.url), 'utf8');
  const catalog = catalogWithStatistics(readFileSync(join(folder, 'schema.sql'), 'utf8'), statistics);
  const names = readdirSync(join(folder, 'queries')).map((file) => file.replace('.sql', ''));
  const logical = (name: string) => {
    const sql = readFileSync(join(folder, 'queries', `${name}.sql`), 'utf8');
    return bindQueryPlan(sql.replace(':fraction', '0.0001'), catalog);
  };
  const physical = (name: string): string => {
    const { plan } = optimize(logical(name), { verify: true });
    return printPhysical(lower(plan), { estimates: true });
  };

  if (process.env.UPDATE === '1') {
    writeFileSync(golden, names.map((name) => `## ${name}\n${physical(name)}`).join('\n'));
  }
  const expected = new Map(
    (existsSync(golden) ? readFileSync(golden, 'utf8') : '')
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const line = section.indexOf('\n');
        return [section.slice(0, line), section.slice(line + 1).trim()] as const;
      }),
  );

  test.each(names)('%s has its plan', (name) => {
    expect(physical(name).trim()).toBe(expected.get(name));
  });

  test.each(names)('%s has a plan with each pass off', (name) => {
    for (const { name: off } of PASSES) {
      if (off === 'decorrelate') continue;
      const { plan } = optimize(logical(name), { off: [off], verify: true });
      verify(plan);
      walk(lower(plan), (node) => {
        expect(node.kind).not.toBe('apply');
        expect(node.estimate).toBeDefined();
        for (const expression of expressions(node)) expect(expression.kind).not.toBe('subquery');
      });
    }
  });

  test.each(names)('%s has the same plan without filters by join keys', (name) => {
    const { plan } = optimize(logical(name), { verify: true });
    const bare = printPhysical(lower(plan, { off: ['key filters'] }), { estimates: true });
    expect(bare).not.toContain(' filtered by ');
    expect(physical(name).replaceAll(/ filtered by \S+ = [^ ]+/g, '')).toBe(bare);
  });
});

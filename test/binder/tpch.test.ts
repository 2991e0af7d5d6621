import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSql } from '../../compiler/frontends/sql/bind.ts';
import { verify } from '../../compiler/ir/verify.ts';
import { parseSql } from '../../grammars/sql/parser.ts';
import { findPeer, requirePeer } from '../support/peers.ts';
import { catalogOf } from './catalog.ts';

const kits = findPeer('kits');
const folder = kits === undefined ? undefined : join(kits, 'tpch');

describe.skipIf(!requirePeer('kits'))('TPC-H binds', () => {
  if (folder === undefined) return;
  const catalog = catalogOf(readFileSync(join(folder, 'schema.sql'), 'utf8'));
  for (const name of readdirSync(join(folder, 'queries'))) {
    test(name, () => {
      const { statements, errors } = parseSql(readFileSync(join(folder, 'queries', name), 'utf8'));
      expect(errors).toEqual([]);
      for (const statement of statements) {
        const bound = bindSql(statement, { catalog });
        if (bound.kind !== 'query') throw new Error(`${name} is a ${bound.kind}`);
        verify(bound.plan);
      }
    });
  }
});

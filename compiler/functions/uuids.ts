import { UUID } from '../types/type.ts';
import { uuidOfBytes } from '../types/uuid.ts';
import type { ScalarFunction } from './declaration.ts';
import { fixed } from './overload.ts';

/** Random but for the bits that say so: version 4 of RFC 9562. */
function randomUuid(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return uuidOfBytes(bytes);
}

export const UUID_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: 'gen_random_uuid',
    names: { sql: ['gen_random_uuid', 'uuid', 'uuidv4'] },
    overloads: [fixed([], UUID)],
    nulls: 'strict',
    nullable: () => false,
    volatility: 'volatile',
    row: randomUuid,
    documentation: 'A random uuid of version 4.',
    example: { sql: 'substr(CAST(gen_random_uuid() AS text), 15, 1)', result: '4' },
  },
];

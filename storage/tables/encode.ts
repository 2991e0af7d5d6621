import { OrbitError } from '../../compiler/types/error.ts';
import { isIntegral, MAX_NARROW_DECIMAL_PRECISION, type Type, typeName } from '../../compiler/types/type.ts';
import { CHUNK_ROWS, type ChunkColumn, type Encoding } from '../../runtime/columns/chunk.ts';
import type { ColumnBuilder } from './builder.ts';
import type { DictionaryBuilder } from './dictionary.ts';
import { AnyBuilder } from './dynamic.ts';
import { FloatBuilder } from './floats.ts';
import { IntegerBuilder } from './integers.ts';
import { TextBuilder } from './text.ts';
import { WideBuilder } from './wide.ts';

/** The encoding of a type; text is 'strings', though a table may choose 'dictionary' instead. */
export function encodingOf(type: Type): Encoding {
  if (type.kind === 'decimal') return type.precision <= MAX_NARROW_DECIMAL_PRECISION ? 'integers' : 'wide';
  if (isIntegral(type.kind)) return 'integers';
  switch (type.kind) {
    case 'bool':
      return 'integers';
    case 'interval':
    case 'uuid':
      return 'wide';
    case 'float32':
    case 'float64':
      return type.kind;
    case 'utf8':
    case 'binary':
      return 'strings';
    case 'list':
      return 'strings';
    case 'any':
      return 'any';
    case 'null':
      throw new OrbitError('feature_not_supported', `columns of type ${typeName(type)} cannot be stored yet`);
  }
}

/** A chunk with more bytes of text than this is closed early. */
export const MAX_CHUNK_HEAP: number = 64 * 1024 * 1024;

/** `dictionary` is used by text columns only. `capacity` is a first guess of the rows of a chunk. */
export function createBuilder(
  type: Type,
  dictionary?: DictionaryBuilder | undefined,
  capacity: number = CHUNK_ROWS,
): ColumnBuilder {
  switch (encodingOf(type)) {
    case 'integers':
      return new IntegerBuilder(type, capacity);
    case 'wide':
      return new WideBuilder(type, capacity);
    case 'float32':
    case 'float64':
      return new FloatBuilder(type, capacity);
    case 'any':
      return new AnyBuilder(type, capacity);
    default:
      return new TextBuilder(type, capacity, dictionary);
  }
}

/** The chunk column of a whole builder, which is left empty. */
export function sealColumn(builder: ColumnBuilder, narrow = true): ChunkColumn {
  const column = builder.seal(0, builder.rows, narrow);
  builder.reset();
  return column;
}

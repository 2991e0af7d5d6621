import { isJson, type Type } from './type.ts';

/** The type's name as PostgreSQL writes it in messages about values, which clients match on. */
export function messageTypeName(type: Type): string {
  if (isJson(type)) return type.json;
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'int8':
      return 'tinyint';
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'double precision';
    case 'utf8':
      return 'text';
    case 'binary':
      return 'bytea';
    case 'decimal':
      return 'numeric';
    case 'list':
      return `${messageTypeName(type.element)}[]`;
    case 'timestamptz':
      return 'timestamp with time zone';
    case 'timestamp':
      return 'timestamp without time zone';
    case 'time':
      return 'time without time zone';
    case 'null':
      return 'unknown';
    case 'any':
      return 'any';
    case 'date':
    case 'uuid':
    case 'interval':
      return type.kind;
  }
}

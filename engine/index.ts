/** The public API of Orbit Workbench. */

export type { ErrorCode, SourceRange } from '../compiler/types/error.ts';
export { OrbitError, SQLSTATES } from '../compiler/types/error.ts';
export type {
  Completion,
  Connection,
  Database,
  ExplainOptions,
  OpenOptions,
  Parameters,
  ParameterTypes,
  PreparedStatement,
  QueryOptions,
  ResultStream,
  ScriptOptions,
  StatementDescription,
} from './database.ts';
export { open } from './database.ts';
export type { FunctionOptions, UserFunction } from './defined-functions.ts';
export { formatError } from './format-error.ts';
export type { ArrowLike, Cell, ColumnData, RegisterOptions, RowData } from './register.ts';
export type { JsValue, QueryResult, ResultBatch, ResultColumn, Row } from './result.ts';
export { version } from './version.ts';

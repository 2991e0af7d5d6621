/** A half-open range of UTF-16 offsets into the statement's text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What can go wrong, by SQLSTATE. The short name is our own error code; every wire maps the SQLSTATE to its own codes.
 * Source: PostgreSQL's Appendix A for the standard classes.
 */
export const SQLSTATES = {
  syntax_error: '42601',
  undefined_column: '42703',
  undefined_table: '42P01',
  undefined_function: '42883',
  undefined_parameter: '42P02',
  undefined_object: '42704',
  ambiguous_column: '42702',
  ambiguous_function: '42725',
  duplicate_table: '42P07',
  duplicate_schema: '42P06',
  reserved_name: '42939',
  duplicate_object: '42710',
  duplicate_cursor: '42P03',
  invalid_schema_name: '3F000',
  invalid_cursor_name: '34000',
  invalid_savepoint_specification: '3B001',
  invalid_table_definition: '42P16',
  invalid_object_definition: '42P17',
  invalid_foreign_key: '42830',
  generated_always: '428C9',
  dependent_objects_still_exist: '2BP01',
  duplicate_column: '42701',
  duplicate_alias: '42712',
  datatype_mismatch: '42804',
  cannot_coerce: '42846',
  grouping_error: '42803',
  invalid_recursion: '42P19',
  wrong_object_type: '42809',
  invalid_column_reference: '42P10',
  windowing_error: '42P20',
  feature_not_supported: '0A000',
  division_by_zero: '22012',
  numeric_value_out_of_range: '22003',
  invalid_text_representation: '22P02',
  invalid_datetime_format: '22007',
  datetime_field_overflow: '22008',
  invalid_parameter_value: '22023',
  invalid_escape_sequence: '22025',
  invalid_regular_expression: '2201B',
  invalid_argument_for_logarithm: '2201E',
  invalid_argument_for_power_function: '2201F',
  invalid_argument_for_width_bucket_function: '2201G',
  character_not_in_repertoire: '22021',
  substring_error: '22011',
  array_subscript_error: '2202E',
  string_data_right_truncation: '22001',
  invalid_row_count_in_limit: '2201W',
  invalid_tablesample_argument: '2202H',
  invalid_tablesample_repeat: '2202G',
  null_value_not_allowed: '22004',
  invalid_preceding_or_following_size: '22013',
  invalid_argument_for_ntile: '22014',
  invalid_argument_for_nth_value: '22016',
  cardinality_violation: '21000',
  not_null_violation: '23502',
  unique_violation: '23505',
  check_violation: '23514',
  foreign_key_violation: '23503',
  sequence_generator_limit_exceeded: '2200H',
  active_sql_transaction: '25001',
  read_only_sql_transaction: '25006',
  no_active_sql_transaction: '25P01',
  in_failed_sql_transaction: '25P02',
  invalid_sql_statement_name: '26000',
  duplicate_prepared_statement: '42P05',
  connection_does_not_exist: '08003',
  external_routine_exception: '38000',
  serialization_failure: '40001',
  disk_full: '53100',
  out_of_memory: '53200',
  program_limit_exceeded: '54000',
  statement_too_complex: '54001',
  too_many_columns: '54011',
  query_canceled: '57014',
  bad_file_format: '22P04',
  untranslatable_character: '22P05',
  duplicate_json_object_key_value: '22030',
  invalid_argument_for_sql_json_datetime_function: '22031',
  invalid_json_text: '22032',
  invalid_sql_json_subscript: '22033',
  more_than_one_sql_json_item: '22034',
  no_sql_json_item: '22035',
  non_numeric_sql_json_item: '22036',
  singleton_sql_json_item_required: '22038',
  sql_json_array_not_found: '22039',
  sql_json_member_not_found: '2203A',
  sql_json_number_not_found: '2203B',
  sql_json_object_not_found: '2203C',
  sql_json_scalar_required: '2203F',
  io_error: '58030',
  undefined_file: '58P01',
  object_in_use: '55006',
  object_not_in_prerequisite_state: '55000',
  cant_change_runtime_param: '55P02',
  lock_not_available: '55P03',
  raise_exception: 'P0001',
  internal_error: 'XX000',
} as const;

export type ErrorCode = keyof typeof SQLSTATES;

export interface ErrorDetails {
  /** Where in the statement's text; absent when the error has no place in it. */
  readonly range?: SourceRange | undefined;
  /** What the reader could do about it ("did you mean …"). */
  readonly hint?: string | undefined;
  /** Where outside the statement: a file with line and column. */
  readonly place?: string | undefined;
  readonly cause?: unknown;
}

/** The one error type of the product. */
export class OrbitError extends Error {
  override readonly name = 'OrbitError';
  readonly code: ErrorCode;
  readonly range: SourceRange | undefined;
  readonly hint: string | undefined;
  readonly place: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.range = details.range;
    this.hint = details.hint;
    this.place = details.place;
  }

  get sqlstate(): string {
    return SQLSTATES[this.code];
  }

  /**
   * Whether the same work may succeed when it is simply done again: the statement, or the whole transaction that it was
   * part of.
   */
  get retryable(): boolean {
    return this.code === 'serialization_failure';
  }
}

export function divisionByZero(): OrbitError {
  return new OrbitError('division_by_zero', 'division by zero', { hint: 'NULLIF(divisor, 0) makes it NULL instead.' });
}

/** Thrown where an invariant of our own is broken: a bug, never the user's fault. */
export function internalError(message: string): OrbitError {
  return new OrbitError('internal_error', `internal error: ${message}`, {
    hint: 'This is a bug in Orbit Workbench; please report it with the statement.',
  });
}

export function unreachable(value: never): never {
  throw internalError(`unexpected ${JSON.stringify(value)}`);
}

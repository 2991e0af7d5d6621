import { OrbitError } from '../../types/error.ts';

/**
 * Limits how much one statement may become. WITH queries are bound once for each reference, and operands that SQL
 * mentions once but compares several times (BETWEEN, CASE) once for each comparison, so a short statement can describe
 * an exponentially large plan; it is refused instead of filling the memory.
 */
export interface Budget {
  /** Takes note of one more table, subquery or set operation. */
  readonly relation: () => void;
  readonly expression: () => void;
}

const MAX_RELATIONS = 20_000;
const MAX_EXPRESSIONS = 1_000_000;

/** `length` is the statement's: what is written out may always be bound, once. */
export function createBudget(length: number): Budget {
  let relations = 0;
  let expressions = 0;
  return {
    relation: () => {
      relations += 1;
      if (relations > MAX_RELATIONS + length) throw tooComplex(`the statement reads more than ${MAX_RELATIONS} tables`);
    },
    expression: () => {
      expressions += 1;
      if (expressions > MAX_EXPRESSIONS + length) {
        throw tooComplex(`the statement has more than ${MAX_EXPRESSIONS} expressions when it is written out`);
      }
    },
  };
}

function tooComplex(message: string): OrbitError {
  const hint = 'A WITH query counts once for each use, the operand of BETWEEN or CASE once for each comparison.';
  return new OrbitError('statement_too_complex', message, { hint });
}

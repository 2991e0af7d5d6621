import type { Column, Expression } from '../../ir/expression.ts';
import type { Apply, Plan } from '../../ir/plan.ts';

/** A join whose right side may use columns of the left side: an Apply with a condition of its own. */
export interface DependentJoin {
  readonly join: Apply['join'];
  readonly left: Plan;
  readonly right: Plan;
  readonly condition: Expression;
  readonly nullAware: boolean;
  readonly mark?: Column | undefined;
}

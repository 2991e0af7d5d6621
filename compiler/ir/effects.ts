import type { Plan } from './plan.ts';
import { somePlan } from './traverse.ts';

/** What a plan does beside putting out rows. No pass moves, duplicates, prunes or limits a node that writes. */

export function writes(node: Plan): boolean {
  return node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete' || node.kind === 'merge';
}

/** Whether the plan, or a subquery in one of its expressions, writes. */
export function hasEffects(plan: Plan): boolean {
  return somePlan(plan, writes);
}

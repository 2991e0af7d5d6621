import { ARITHMETIC_KERNELS } from './arithmetic.ts';
import { CAST_KERNELS } from './casts.ts';
import { COMPARISON_KERNELS } from './comparison.ts';
import { CONDITIONAL_KERNELS } from './conditional.ts';
import { DATE_KERNELS } from './dates.ts';
import { IN_KERNELS } from './in-list.ts';
import type { FunctionKernel } from './kernel.ts';
import { LIKE_KERNELS } from './like.ts';
import { MATH_KERNELS } from './math.ts';
import { NESTED_KERNELS } from './nested.ts';
import { STRING_KERNELS } from './strings.ts';

/** Kernels by canonical function name; casts stand under `cast_error` and `cast_null`, lists of constants under `in`. */
export const FUNCTION_KERNELS: ReadonlyMap<string, FunctionKernel> = new Map([
  ...COMPARISON_KERNELS,
  ...ARITHMETIC_KERNELS,
  ...CAST_KERNELS,
  ...MATH_KERNELS,
  ...DATE_KERNELS,
  ...STRING_KERNELS,
  ...NESTED_KERNELS,
  ...LIKE_KERNELS,
  ...IN_KERNELS,
  ...CONDITIONAL_KERNELS,
]);

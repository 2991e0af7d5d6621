import { ARITHMETIC_KERNELS } from './arithmetic.ts';
import { CAST_KERNELS } from './casts.ts';
import { COMPARISON_KERNELS } from './comparison.ts';
import type { FunctionKernel } from './kernel.ts';

/** Kernels by canonical function name; casts stand under `cast_error` and `cast_null`, lists of constants under `in`. */
export const FUNCTION_KERNELS: ReadonlyMap<string, FunctionKernel> = new Map([
  ...COMPARISON_KERNELS,
  ...ARITHMETIC_KERNELS,
  ...CAST_KERNELS,
]);

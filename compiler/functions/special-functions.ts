// The error function and the gamma function, to the last few bits of a double.

/** Series below 3, continued fraction above (Abramowitz and Stegun, 7.1.6 and 7.1.14). */
export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const value = size < 3 ? errorSeries(size) : 1 - complementFraction(size);
  return x < 0 ? -value : value;
}

export function complement(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0.5) return 1 - errorFunction(x);
  return x < 2 ? 1 - errorSeries(x) : complementFraction(x);
}

function errorSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function complementFraction(x: number): number {
  if (x > 27.5) return 0;
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Lanczos' approximation, with g = 607/128 and 15 terms. */
const G = 607 / 128;
const COEFFICIENTS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488,
  0.00021743961811521265, -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
];

function lanczos(x: number): number {
  let sum = 0;
  for (const [i, c] of COEFFICIENTS.entries()) sum += i === 0 ? c : c / (x + i);
  return sum;
}

export function gamma(value: number): number {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return value;
  if (Number.isInteger(value) && value > 0 && value <= 171) {
    let product = 1;
    for (let n = 2; n < value; n++) product *= n;
    return product;
  }
  if (value < 0.5) return Math.PI / (Math.sin(Math.PI * value) * gamma(1 - value));
  const x = value - 1;
  const t = x + G + 0.5;
  const half = t ** ((x + 0.5) / 2);
  return Math.sqrt(2 * Math.PI) * half * Math.exp(-t) * half * lanczos(x);
}

export function logGamma(value: number): number {
  if (Number.isNaN(value)) return value;
  if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
  if (value === 1 || value === 2) return 0;
  if (value < 0.5) return Math.log(Math.abs(Math.PI / Math.sin(Math.PI * value))) - logGamma(1 - value);
  if (value < 100) return Math.log(Math.abs(gamma(value)));
  const x = value - 1;
  const t = x + G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(lanczos(x));
}

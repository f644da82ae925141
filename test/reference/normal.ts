/** The standard normal distribution, to f64's precision. */

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)

/** P(X > x) for x ≥ 0: one half less a series near zero, a continued fraction further out. */
export function upperTail(x: number): number {
  if (x < 3) {
    let sum = x
    for (let k = 1, term = x; k < 100; k++) {
      term *= (x * x) / (2 * k + 1)
      sum += term
    }
    return 0.5 - density(x) * sum
  }
  let fraction = x
  for (let k = 200; k > 0; k--) fraction = x + k / fraction
  return density(x) / fraction
}

/** The x of P(X < x) = p, 0 < p < 1: Newton's steps on the logarithm of the tail. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  // P(X > x) ≤ ½ exp(−x²/2): the start lies beyond the quantile, and the steps come back to it.
  let x = Math.sqrt(-2 * Math.log(2 * p))
  for (let step = 0; step < 30; step++) {
    const tail = upperTail(x)
    x += (Math.log(tail / p) * tail) / density(x)
  }
  return -x
}

/**
 * Φ(x), the share of the standard normal distribution below x, to 12 digits: Hart's rational
 * approximation of 1968, as West has it (2005, "Better approximations to cumulative normal
 * functions", Wilmott Magazine), and beyond 4 the continued fraction.
 */
export function normalBelow(x: number): number {
  const above = tail(Math.abs(x))
  return x > 0 ? 1 - above : above
}

/** The share between two places, `from` at most `to`; exact in the tails, too. */
export function normalBetween(from: number, to: number): number {
  return from > 0 ? tail(from) - tail(to) : normalBelow(to) - normalBelow(from)
}

const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
]
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
]

/** 1 − Φ(x) of x ≥ 0. */
function tail(x: number): number {
  const density = Math.exp((-x * x) / 2)
  if (x < 4) return (density * polynomial(NUMERATOR, x)) / polynomial(DENOMINATOR, x)
  let fraction = x
  for (let part = 40; part > 0; part--) fraction = x + part / fraction
  return density / fraction / Math.sqrt(2 * Math.PI)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

/** From the standard normal distribution, by Box and Muller (1958), of two even numbers. */
export function normalDraw(random: Iterator<number, never>): number {
  const [one, other] = [random.next().value, random.next().value]
  return Math.sqrt(-2 * Math.log(1 - one)) * Math.cos(2 * Math.PI * other)
}

/** Numbers along a line: 0 is its lower end, 1 its upper. */
export interface Scale {
  readonly place: (value: number) => number
  readonly at: (place: number) => number
  /** Round numbers within. */
  readonly ticks: readonly number[]
}

/** From `low` to `high`; where these are equal, the value lies in the middle. */
export function scale(low: number, high: number, log: boolean): Scale {
  const [into, back] = log ? [Math.log10, (x: number) => 10 ** x] : [(x: number) => x, Number]
  const start = into(low)
  const length = into(high) - start
  return {
    place: (value) => (length === 0 ? 0.5 : (into(value) - start) / length),
    at: (place) => back(start + place * length),
    ticks: length === 0 ? [low] : log ? logTicks(low, high) : linearTicks(low, high),
  }
}

/** Some five multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, wanted = 5): number[] {
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten, with 2 and 5 times these between them where they are few. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low)
  // Within less than a factor of five there may be but one of 1, 2, 5 and 10.
  if (decades < 0.7) return linearTicks(low, high)
  const every = Math.ceil(decades / 6)
  const factors = decades <= 3 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    if (power % every !== 0) continue
    ticks.push(...factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
  }
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
}

/** Whether a logarithm shows such values better: all above zero, over two powers of ten or more. */
export function wantsLog(values: readonly number[]): boolean {
  const [low, high] = extent(values)
  return low > 0 && high / low >= 100
}

/** The least and the greatest; 0 and 1 where there are none. */
export function extent(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1]
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return [low, high]
}

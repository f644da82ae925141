import * as v from 'valibot'

/** What numbers of a network's long form can be. */
const MOST = 1_000_000

const message =
  (wanted: string) =>
  ({ input }: { input: unknown }): string =>
    `${JSON.stringify(input)} is not ${wanted}`

function whole(least: number) {
  const wanted = message(`a whole number from ${least} to 1,000,000`)
  const number = v.pipe(v.number(wanted), v.integer(wanted))
  return v.pipe(number, v.minValue(least, wanted), v.maxValue(MOST, wanted))
}

/** A whole number of at least 1, and of at least 0. */
export const positive = whole(1)
export const natural = whole(0)

/** A number for both directions, or [down, across]. */
export const sizeOf = <const S extends v.GenericSchema<number>>(number: S) =>
  v.union([number, v.tuple([number, number])], message('a size, a number or [down, across]'))

/** A share that cannot be all. */
export const share = v.pipe(
  v.number(message('a number from 0 to below 1')),
  v.minValue(0, message('a number from 0 to below 1')),
  v.ltValue(1, message('a number from 0 to below 1')),
)

/** A number of at least 0. */
export const amount = v.pipe(
  v.number(message('a number of at least 0')),
  v.minValue(0, message('a number of at least 0')),
)

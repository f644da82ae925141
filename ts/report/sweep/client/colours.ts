import { palette } from '../../palette.js'

/** What has no value. */
export const GREY = '#808890'

const [best = GREY, worst = GREY] = palette

/** Steps from the best to the worst: lines of one colour are painted by one stroke. */
const STEPS = 24

/** From blue, at 0 the best, to orange, at 1 the worst. */
export function metricColour(place: number): string {
  const badness = Math.round(place * STEPS) / STEPS
  const mixed = [1, 3, 5].map((at) => {
    const [from, to] = [best, worst].map((colour) => parseInt(colour.slice(at, at + 2), 16))
    return Math.round((from ?? 0) + badness * ((to ?? 0) - (from ?? 0)))
  })
  return `rgb(${mixed.join(' ')})`
}

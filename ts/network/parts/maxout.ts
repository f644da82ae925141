import * as v from 'valibot'
import { UsageError } from '../../errors.js'
import type { Layout } from '../blocks.js'
import { checkWhole } from '../checks.js'
import { positive } from '../schemas.js'

/** The highest of `pieces` neighbours: unit j has those from j · pieces on. */
export interface Maxout {
  readonly kind: 'maxout'
  readonly pieces: number
}

/**
 * Piecewise linear units: each is the highest of `pieces`, 2 unless told, in place of an
 * activation.
 */
export function maxout(pieces = 2): Maxout {
  checkWhole(pieces, 'the pieces of maxout')
  return { kind: 'maxout', pieces }
}

export function afterMaxout({ pieces }: Maxout, layout: Layout, at: string): Layout {
  const last = layout.at(-1) ?? 1
  if (last % pieces === 0) return [...layout.slice(0, -1), last / pieces]
  throw new UsageError(
    `${at}.pieces: ${last} units are no whole number of ${pieces} pieces; ` +
      `choose a multiple of ${pieces} units`,
  )
}

export const maxoutSchema = v.strictObject({
  kind: v.literal('maxout'),
  pieces: v.optional(positive),
})

/** `maxout2`. */
export const maxoutShort = {
  example: 'maxout2',
  pattern: /^maxout(\d+)$/,
  read: ([, pieces]: readonly string[]): Maxout => maxout(Number(pieces)),
  write: ({ pieces }: Maxout): string => `maxout${pieces}`,
}

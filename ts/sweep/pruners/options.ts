import * as v from 'valibot'
import { whole } from '../../values.js'

/** Options that several pruners have. */

export const eta = v.optional(whole(2, 1000), 3)

/** Epochs of the first rung. */
export const first = v.optional(whole(1, 1e9), 1)

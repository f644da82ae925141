import * as v from 'valibot'
import type { Size } from '../checks.js'
import { positive, sizeOf } from '../schemas.js'
import { pool, poolShort, type Pool } from './pool.js'

/** The highest of each window, per channel, the first of equals; windows touch unless told. */
export function maxPool(size: Size, stride: Size = size): Pool {
  return pool('maxPool', size, stride)
}

export const maxPoolSchema = v.strictObject({
  kind: v.literal('maxPool'),
  size: sizeOf(positive),
  stride: v.optional(sizeOf(positive)),
})

/** `pool2`. */
export const maxPoolShort = poolShort('pool', 'maxPool')

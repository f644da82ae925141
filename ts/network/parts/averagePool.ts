import * as v from 'valibot'
import type { Size } from '../checks.js'
import { positive, sizeOf } from '../schemas.js'
import { pool, poolShort, type Pool } from './pool.js'

/** The mean of each window, per channel; windows touch unless told. */
export function averagePool(size: Size, stride: Size = size): Pool {
  return pool('averagePool', size, stride)
}

export const averagePoolSchema = v.strictObject({
  kind: v.literal('averagePool'),
  size: sizeOf(positive),
  stride: v.optional(sizeOf(positive)),
})

/** `average2`. */
export const averagePoolShort = poolShort('average', 'averagePool')

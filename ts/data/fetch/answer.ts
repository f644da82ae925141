import type { Dispatcher } from 'undici'
import { Refused, single } from './follow.js'
import type { Source } from './partFile.js'

type Headers = Dispatcher.ResponseData['headers']

/** What may be better the next time: too busy, or out of order. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * Where an answer's bytes begin in the file, and the file's size if anybody knows. Throws `Refused`
 * where the answer is no part of the file that is wanted, `Error` where asking again may help.
 */
export function checkAnswer(
  status: number,
  headers: Headers,
  have: number,
  expected: number | undefined,
): { from: number; size: number | undefined } {
  if (PASSING.has(status)) throw new Error(`answers ${status}`)
  if (status === 206) return checkRange(headers, have, expected)
  if (status !== 200) throw new Refused(`answers ${status}`)
  const length = single(headers['content-length'])
  return { from: 0, size: sizeOf(length === undefined ? undefined : Number(length), expected) }
}

function checkRange(headers: Headers, have: number, expected: number | undefined) {
  const text = single(headers['content-range']) ?? ''
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(text) ?? []
  if (Number(from) !== have || have === 0) {
    throw new Refused(`answers with the range ${JSON.stringify(text)} for bytes from ${have}`)
  }
  const told = size === undefined || size === '*' ? undefined : Number(size)
  return { from: have, size: sizeOf(told, expected) }
}

function sizeOf(told: number | undefined, expected: number | undefined): number | undefined {
  if (told !== undefined && expected !== undefined && told !== expected) {
    throw new Refused(`offers ${told} bytes, expected ${expected}`)
  }
  return expected ?? told
}

/** What tells later whether the origin still has the file: no weak ETag, which allows changes. */
export function sourceOf(origin: string, headers: Headers): Source {
  const etag = single(headers['etag'])
  const lastModified = single(headers['last-modified'])
  return {
    origin,
    ...(etag === undefined || etag.startsWith('W/') ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  }
}

import { FeedalignError } from '../../errors.js'
import type { Audio } from './audio.js'
import { decode, float32, signed16, signed24, signed32, unsigned8, type Coding } from './pcm.js'

const EXTENSIBLE = 0xfffe

/** Codings by format tag (1 PCM, 3 IEEE float) and bits. */
const codings: ReadonlyMap<string, Coding> = new Map([
  ['1/8', unsigned8],
  ['1/16', signed16],
  ['1/24', signed24],
  ['1/32', signed32],
  ['3/32', float32],
])

/** What follows the format's tag in the identifier of an extensible format, in hexadecimal. */
const GUID_END = '000000001000800000aa00389b71'

/** Whether these are a RIFF WAV file's first bytes. */
export function isWav(bytes: Uint8Array): boolean {
  return text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WAVE'
}

interface Chunk {
  readonly start: number
  readonly end: number
}

interface Format {
  readonly coding: Coding
  readonly rate: number
  readonly channels: number
}

/**
 * The sound in a RIFF WAV file: PCM of 8, 16, 24 or 32 bits or 32-bit floats, plain or extensible.
 * Throws `FeedalignError` naming file, offset, found and expected.
 */
export function parseWav(bytes: Uint8Array, file: string): Audio {
  const { format, data } = findChunks(bytes, file)
  const { coding, rate, channels } = readFormat(bytes, format, file)
  const block = coding.bytes * channels
  if ((data.end - data.start) % block !== 0) {
    const found = data.end - data.start
    throw new FeedalignError(
      `${file}: offset ${data.start}: ${found} bytes of data are no whole blocks of ${block}`,
    )
  }
  const samples = decode(bytes.subarray(0, data.end), data.start, coding, true, file)
  return { rate, channels, samples }
}

/** The format and data chunks, within the length that the file says it has. */
function findChunks(bytes: Uint8Array, file: string): { format: Chunk; data: Chunk } {
  const fail = (offset: number, message: string): never => {
    throw new FeedalignError(`${file}: offset ${offset}: ${message}`)
  }
  const view = viewOf(bytes)
  const end = 8 + view.getUint32(4, true)
  if (end > bytes.length) {
    fail(4, `RIFF of ${end - 8} bytes, found ${bytes.length - 8}`)
  }
  let format: Chunk | undefined
  for (let at = 12; at + 8 <= end;) {
    const name = text(bytes, at, at + 4)
    const size = view.getUint32(at + 4, true)
    const chunk = { start: at + 8, end: at + 8 + size }
    if (chunk.end > end) {
      fail(at, `chunk ${JSON.stringify(name)} of ${size} bytes, found ${end - chunk.start}`)
    }
    if (name === 'fmt ') format ??= chunk
    if (name === 'data') {
      return { format: format ?? fail(at, 'chunk "data" before the chunk "fmt "'), data: chunk }
    }
    // Chunks start at even offsets.
    at = chunk.end + (size % 2)
  }
  return fail(12, `no chunk "${format === undefined ? 'fmt ' : 'data'}"`)
}

function readFormat(bytes: Uint8Array, { start, end }: Chunk, file: string): Format {
  const fail = (offset: number, message: string): never => {
    throw new FeedalignError(`${file}: offset ${offset}: ${message}`)
  }
  if (end - start < 16) fail(start, `format chunk of ${end - start} bytes, expected 16 or more`)
  const view = viewOf(bytes)
  const channels = view.getUint16(start + 2, true)
  const rate = view.getUint32(start + 4, true)
  const block = view.getUint16(start + 12, true)
  const bits = view.getUint16(start + 14, true)
  const tag = readTag(bytes, { start, end }, file)
  const coding = codings.get(`${tag}/${bits}`)
  if (coding === undefined) {
    const expected = 'PCM (1) of 8, 16, 24 or 32 bits or float (3) of 32'
    return fail(start, `format ${tag} of ${bits} bits, expected ${expected}`)
  }
  if (channels === 0) fail(start + 2, '0 channels, expected 1 or more')
  if (rate === 0) fail(start + 4, 'rate 0, expected 1 or more')
  if (block !== channels * coding.bytes) {
    fail(start + 12, `blocks of ${block} bytes, expected ${channels} × ${coding.bytes}`)
  }
  return { coding, rate, channels }
}

/** The format's tag, of an extensible format the one within its identifier. */
function readTag(bytes: Uint8Array, { start, end }: Chunk, file: string): number {
  const view = viewOf(bytes)
  const tag = view.getUint16(start, true)
  if (tag !== EXTENSIBLE) return tag
  const fail = (offset: number, message: string): never => {
    throw new FeedalignError(`${file}: offset ${offset}: ${message}`)
  }
  if (end - start < 40) {
    fail(start, `extensible format chunk of ${end - start} bytes, expected 40 or more`)
  }
  const rest = Buffer.from(bytes.subarray(start + 26, start + 40)).toString('hex')
  if (rest !== GUID_END) {
    fail(start + 26, `format identifier ending in ${rest}, expected ${GUID_END}`)
  }
  return view.getUint16(start + 24, true)
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const text = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1')

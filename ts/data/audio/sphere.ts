import { FeedalignError } from '../../errors.js'
import type { Audio } from './audio.js'
import { decode, muLaw, signed16, signed8, type Coding } from './pcm.js'

/** Length of the two lines before a header's fields: magic and the header's size. */
const START = 16

/** Fields of a header by name, each with its value's offset. */
type Fields = ReadonlyMap<string, { readonly value: string; readonly offset: number }>

/** Whether these are a NIST SPHERE file's first bytes. */
export function isSphere(bytes: Uint8Array): boolean {
  return latin1(bytes, 0, 8) === 'NIST_1A\n'
}

/**
 * The sound in a NIST SPHERE file: signed PCM of 8 bits, of 16 in either byte order, or µ-law.
 * Throws `FeedalignError` naming file, offset, found and expected; of packed ones with the cure.
 */
export function parseSphere(bytes: Uint8Array, file: string): Audio {
  const { fields, size } = readHeader(bytes, file)
  const rate = whole(fields, 'sample_rate', file)
  const channels = whole(fields, 'channel_count', file, 1)
  const { coding, littleEndian } = readCoding(bytes, fields, size, file)
  const count = whole(fields, 'sample_count', file)
  const need = count * channels * coding.bytes
  const found = bytes.length - size
  if (need !== found) {
    const text = `sample_count ${count} × ${channels} of ${coding.bytes} bytes need ${need}`
    throw new FeedalignError(`${file}: offset ${size}: ${text} bytes, found ${found}`)
  }
  return { rate, channels, samples: decode(bytes, size, coding, littleEndian, file) }
}

/** The database that a SPHERE file says it is of; undefined of other files. */
export function sphereDatabase(bytes: Uint8Array, file: string): string | undefined {
  return isSphere(bytes) ? readHeader(bytes, file).fields.get('database_id')?.value : undefined
}

function readHeader(bytes: Uint8Array, file: string): { fields: Fields; size: number } {
  const second = latin1(bytes, 8, START)
  const size = /^ *\d+ *\n$/.test(second) ? Number(second) : NaN
  if (!(size >= START && size <= bytes.length)) {
    const expected = `a header's size up to the file's ${bytes.length} bytes`
    throw new FeedalignError(
      `${file}: offset 8: ${JSON.stringify(second)}, expected ${expected}, as "   1024\\n"`,
    )
  }
  return { fields: readFields(latin1(bytes, START, size), file), size }
}

/** Lines of `name -type value` up to `end_head`; a line that starts with `;` is a comment. */
function readFields(text: string, file: string): Fields {
  const fields = new Map<string, { value: string; offset: number }>()
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at)
    const line = text.slice(at, next < 0 ? text.length : next)
    if (line.trimEnd() === 'end_head') return fields
    const [, name, type, value] = /^(\S+) +-(i|r|s\d+) (.*)$/.exec(line) ?? []
    if (name !== undefined && type !== undefined && value !== undefined) {
      const length = type.startsWith('s') ? Number(type.slice(1)) : value.length
      const offset = START + at + line.length - value.length
      fields.set(name, { value: value.slice(0, length).trim(), offset })
    } else if (line.trim() !== '' && !line.startsWith(';')) {
      const found = JSON.stringify(line.slice(0, 40))
      throw new FeedalignError(
        `${file}: offset ${START + at}: ${found}, expected a field like "sample_rate -i 16000"`,
      )
    }
    at += line.length + 1
  }
  throw new FeedalignError(`${file}: offset ${START}: the header has no end_head`)
}

/** A field's value, a whole number from 1 (of samples: from 0) that memory can hold. */
function whole(fields: Fields, name: string, file: string, absent?: number): number {
  const field = fields.get(name)
  if (field === undefined) {
    if (absent !== undefined) return absent
    throw new FeedalignError(`${file}: offset ${START}: the header has no ${name}`)
  }
  const least = name === 'sample_count' ? 0 : 1
  const value = /^\d{1,10}$/.test(field.value) ? Number(field.value) : NaN
  if (value >= least) return value
  throw refused(field, name, `a whole number from ${least}`, file)
}

interface Layout {
  readonly coding: Coding
  readonly littleEndian: boolean
}

function readCoding(bytes: Uint8Array, fields: Fields, size: number, file: string): Layout {
  const coding = fields.get('sample_coding') ?? { value: 'pcm', offset: START }
  checkUnpacked(coding, latin1(bytes, size, size + 4), file)
  if (coding.value === 'ulaw' || coding.value === 'mu-law') {
    const one = whole(fields, 'sample_n_bytes', file, 1)
    if (one === 1) return { coding: muLaw, littleEndian: true }
    throw refused(fields.get('sample_n_bytes'), 'sample_n_bytes', '1 for µ-law', file)
  }
  if (coding.value !== 'pcm') throw refused(coding, 'sample_coding', 'pcm or ulaw', file)
  const bytesEach = whole(fields, 'sample_n_bytes', file)
  if (bytesEach === 1) return { coding: signed8, littleEndian: true }
  if (bytesEach !== 2) {
    throw refused(fields.get('sample_n_bytes'), 'sample_n_bytes', '1 or 2', file)
  }
  const order = fields.get('sample_byte_format')
  if (order?.value !== '01' && order?.value !== '10') {
    throw refused(order, 'sample_byte_format', '01 (little-endian) or 10 (big-endian)', file)
  }
  return { coding: signed16, littleEndian: order.value === '01' }
}

/** Shorten's streams start with its magic, whatever the header says. */
function checkUnpacked(
  { value, offset }: { readonly value: string; readonly offset: number },
  start: string,
  file: string,
): void {
  const packer = /embedded-(\w+)/.exec(value)?.[1] ?? (start === 'ajkg' ? 'shorten' : undefined)
  if (packer === undefined) return
  throw new FeedalignError(
    `${file}: offset ${offset}: samples are packed by ${packer}, which is not read; ` +
      'unpack the file with `sph2pipe -p -f sph FILE UNPACKED`, or `w_decode -o pcm FILE UNPACKED`',
  )
}

function refused(
  field: { readonly value: string; readonly offset: number } | undefined,
  name: string,
  expected: string,
  file: string,
): FeedalignError {
  const found = field === undefined ? 'none' : JSON.stringify(field.value.slice(0, 40))
  const offset = field?.offset ?? START
  return new FeedalignError(`${file}: offset ${offset}: ${name} ${found}, expected ${expected}`)
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    start,
    Math.min(end, bytes.length),
  )
}

/** Sound files of generated samples, written field by field. */

/** A SPHERE file with these fields, in lines, then `data`. */
export function sphereFile(fields: readonly string[], data: Uint8Array): Buffer {
  const head = Buffer.from(['NIST_1A', '   1024', ...fields, 'end_head', ''].join('\n'), 'latin1')
  return Buffer.concat([head, Buffer.alloc(1024 - head.length, ' '), data])
}

/** The fields of a SPHERE file; those of `changes` in their place, or left out where undefined. */
export function fieldsOf(changes: Readonly<Record<string, string | undefined>> = {}): string[] {
  const fields: Record<string, string | undefined> = {
    channel_count: '-i 1',
    sample_count: '-i 4',
    sample_rate: '-i 16000',
    sample_n_bytes: '-i 2',
    sample_byte_format: '-s2 01',
    sample_coding: '-s3 pcm',
    ...changes,
  }
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  )
}

export function chunk(name: string, data: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length % 2)])
}

export function riff(...chunks: readonly Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))
}

export interface WavFormat {
  readonly tag: number
  readonly bits: number
  readonly channels?: number
  readonly rate?: number
  readonly block?: number
}

export function formatChunk(format: WavFormat): Buffer {
  return chunk('fmt ', plainFormat(format))
}

/** An extensible format: the tag stands in the identifier. */
export function extensibleChunk(format: WavFormat): Buffer {
  const rest = Buffer.alloc(24)
  rest.writeUInt16LE(22)
  rest.writeUInt16LE(format.bits, 2)
  rest.writeUInt16LE(format.tag, 8)
  Buffer.from('000000001000800000aa00389b71', 'hex').copy(rest, 10)
  return chunk('fmt ', Buffer.concat([plainFormat({ ...format, tag: 0xfffe }), rest]))
}

function plainFormat({ tag, bits, channels = 1, rate = 16000, block }: WavFormat): Buffer {
  const bytes = Buffer.alloc(16)
  const size = block ?? (channels * bits) / 8
  bytes.writeUInt16LE(tag)
  bytes.writeUInt16LE(channels, 2)
  bytes.writeUInt32LE(rate, 4)
  bytes.writeUInt32LE(rate * size, 8)
  bytes.writeUInt16LE(size, 12)
  bytes.writeUInt16LE(bits, 14)
  return bytes
}

/** MAT files made piece by piece, right or wrong. */
import { deflateSync } from 'node:zlib'

/** The numbers of the classes and of the types that their values are stored in. */
export const CLASS = { cell: 1, struct: 2, object: 3, char: 4, sparse: 5, double: 6, uint8: 9 }
export const TYPE = { int8: 1, uint8: 2, int32: 5, uint32: 6, double: 9, matrix: 14, packed: 15 }

export class MatMaker {
  readonly #big: boolean

  constructor(big = false) {
    this.#big = big
  }

  words(...values: number[]): Buffer {
    const buffer = Buffer.alloc(4 * values.length)
    values.forEach((value, i) => {
      if (this.#big) buffer.writeUInt32BE(value >>> 0, 4 * i)
      else buffer.writeUInt32LE(value >>> 0, 4 * i)
    })
    return buffer
  }

  /** A tag and its data, padded to eight bytes; the tag says `bytes`, right or not. */
  element(type: number, data: Uint8Array, bytes = data.length): Buffer {
    return Buffer.concat([this.words(type, bytes), data, Buffer.alloc(-data.length & 7)])
  }

  /** Up to four bytes within the tag. */
  small(type: number, data: Uint8Array): Buffer {
    return Buffer.concat([this.words((data.length << 16) | type), data, Buffer.alloc(4)], 8)
  }

  /** An array of bytes, with changes. */
  array(name: string, shape: readonly number[], data: Uint8Array, change: Changes = {}): Buffer {
    const parts = [
      change.flags ?? this.element(TYPE.uint32, this.words(change.word ?? CLASS.uint8, 0)),
      change.sizes ?? this.element(TYPE.int32, this.words(...shape)),
      change.name ?? this.element(TYPE.int8, Buffer.from(name)),
      change.values ?? this.element(TYPE.uint8, data),
    ]
    return this.element(TYPE.matrix, Buffer.concat(parts))
  }

  /** An element packed; its tag says so many bytes. */
  packed(element: Uint8Array): Buffer {
    const data = deflateSync(element)
    return Buffer.concat([this.words(TYPE.packed, data.length), data])
  }

  file(...elements: Uint8Array[]): Buffer {
    const header = Buffer.alloc(128, ' ')
    header.write('MATLAB 5.0 MAT-file, made by a test')
    header.write(this.#big ? '\x01\x00MI' : '\x00\x01IM', 124, 'latin1')
    return Buffer.concat([header, ...elements])
  }
}

/** Parts of an array to replace: `word` is its class and its flags. */
export interface Changes {
  readonly word?: number
  readonly flags?: Uint8Array
  readonly sizes?: Uint8Array
  readonly name?: Uint8Array
  readonly values?: Uint8Array
}

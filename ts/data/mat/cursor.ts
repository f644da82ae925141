import { FeedalignError } from '../../errors.js'

/** Reads through the pieces of one element, in order; every error tells where. */
export class Cursor {
  readonly #pieces: AsyncGenerator<Uint8Array, undefined>
  readonly #where: (position: number) => string
  readonly #view = new DataView(new ArrayBuffer(4))
  readonly big: boolean
  #piece: Uint8Array = new Uint8Array()
  #position = 0
  #end: number

  /** `end`: how many bytes there are, as far as is known; `where` says a position for people. */
  constructor(
    pieces: AsyncGenerator<Uint8Array, undefined>,
    end: number,
    big: boolean,
    where: (position: number) => string,
  ) {
    this.#pieces = pieces
    this.#end = end
    this.big = big
    this.#where = where
  }

  /** Bytes to the end. */
  get left(): number {
    return this.#end - this.#position
  }

  /** Moves the end to so many bytes from here. */
  endIn(bytes: number): void {
    this.#end = this.#position + bytes
  }

  /** Throws `FeedalignError`; the place is `back` bytes before what is read next. */
  fail(message: string, back = 0): never {
    throw new FeedalignError(`${this.#where(this.#position - back)}: ${message}`)
  }

  /** The next bytes; memory for them is taken as they come. Good until the next call at least. */
  async take(bytes: number): Promise<Uint8Array> {
    if (bytes > this.left) this.fail(`${bytes} bytes expected, found ${this.left} to the end`)
    const parts: Uint8Array[] = []
    let missing = bytes
    while (missing > this.#piece.length) {
      parts.push(this.#piece)
      missing -= this.#piece.length
      await this.#next(missing)
    }
    parts.push(this.#piece.subarray(0, missing))
    this.#piece = this.#piece.subarray(missing)
    this.#position += bytes
    return parts.length === 1 ? (parts[0] ?? this.#piece) : Buffer.concat(parts)
  }

  async #next(missing: number): Promise<void> {
    const { value } = await this.#pieces.next()
    if (value === undefined) this.fail(`the data ends ${missing} bytes before what is declared`)
    this.#piece = value
  }

  async uint32(): Promise<number> {
    const bytes = await this.take(4)
    bytes.forEach((byte, i) => {
      this.#view.setUint8(i, byte)
    })
    return this.#view.getUint32(0, !this.big)
  }

  /** Throws `FeedalignError` unless all was read and there is no more than was declared. */
  async finish(): Promise<void> {
    if (this.left > 0) this.fail(`${this.left} bytes too many`)
    while (this.#piece.length === 0) {
      const { value } = await this.#pieces.next()
      if (value === undefined) return
      this.#piece = value
    }
    this.fail('the data goes on after what is declared')
  }

  /** Lets go of the file; needed where it was not read to its end. */
  async close(): Promise<void> {
    await this.#pieces.return(undefined)
  }
}

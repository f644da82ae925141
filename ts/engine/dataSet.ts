import { FeedalignError } from '../errors.js'
import type { Binding, DataSetBinding } from './binding.js'
import { unwrapped } from './unwrapped.js'

/** A data set as plain data, which can be sent to other threads of its process. */
export interface SharedData {
  /** Its number, as the system has it. */
  readonly process: number
  readonly number: number
  /** Examples. */
  readonly count: number
}

/**
 * Examples that live with the engine, held once however many sessions use them. Its memory is not
 * JavaScript's: dispose of it when done, or it stays until the collector comes by.
 */
export class DataSet implements Disposable {
  readonly #binding: DataSetBinding
  /** Runs at work on it. */
  #uses = 0
  #disposed = false
  readonly engine: Binding['name']
  readonly count: number

  private constructor(engine: Binding, count: number, make: () => DataSetBinding) {
    this.#binding = unwrapped(make)
    this.engine = engine.name
    this.count = count
  }

  /**
   * A copy of `inputs` [count × width] and `targets`: labels below `outputs` as Uint32Array
   * [count], or values [count × outputs] as Float32Array. Throws where lengths, labels or values
   * are not valid.
   */
  static of(
    engine: Binding,
    inputs: Uint8Array | Float32Array,
    width: number,
    targets: Uint32Array | Float32Array,
    outputs: number,
  ): DataSet {
    const make = () => engine.dataSet(inputs, width, targets, outputs)
    return new DataSet(engine, inputs.length / width, make)
  }

  /**
   * The examples that a thread of this process shared, not copied: they are freed when all who have
   * them are done. Throws where they are gone already, or of another process.
   */
  static shared(engine: Binding, { process: owner, number, count }: SharedData): DataSet {
    const find = engine.shared?.bind(engine)
    if (find === undefined) throw new FeedalignError(`the ${engine.name} engine shares no data`)
    if (owner === process.pid) return new DataSet(engine, count, () => find(number))
    throw new FeedalignError(`data set ${number} is of process ${owner}, this is ${process.pid}`)
  }

  /** By this, other threads of the process have the same examples; of the native engine alone. */
  share(): SharedData {
    this.#check()
    const number = unwrapped(() => this.#binding.share?.())
    if (number === undefined) throw new FeedalignError(`the ${this.engine} engine shares no data`)
    return { process: process.pid, number, count: this.count }
  }

  /** SHA-256 of inputs and targets, hexadecimal. */
  get hash(): string {
    this.#check()
    return unwrapped(() => this.#binding.hash())
  }

  /** Calls `f` with the shell's data set, which is not freed until that has settled. */
  static async use<T>(data: DataSet, f: (binding: DataSetBinding) => Promise<T>): Promise<T> {
    data.#check()
    data.#uses += 1
    try {
      return await f(data.#binding)
    } finally {
      data.#uses -= 1
      data.#free()
    }
  }

  /** Frees the examples, once no run is at work on them; every later use is an error. */
  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#free()
  }

  #check(): void {
    if (this.#disposed) throw new FeedalignError('the data set is disposed of')
  }

  #free(): void {
    if (this.#disposed && this.#uses === 0) this.#binding.dispose()
  }
}

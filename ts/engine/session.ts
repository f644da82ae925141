import { FeedalignError } from '../errors.js'
import type { Binding, SessionBinding, SessionOptions } from './binding.js'
import { DataSet } from './dataSet.js'
import type { Phase, Program } from './program.js'
import { unwrap, unwrapped } from './unwrapped.js'

/** The value, if it has the type that the shells take; they do not tell it alike. */
function typed<T extends object>(what: string, value: T, type: new () => T): T {
  if (value instanceof type) return value
  throw new FeedalignError(`${what} must be a ${type.name}`)
}

/**
 * A Program at work. Every method throws `FeedalignError`, also while a `run` is under way and
 * after disposal.
 */
export class Session implements Disposable {
  readonly #binding: SessionBinding
  readonly #phases: ReadonlyMap<string, Phase>
  readonly #engine: Binding['name']
  #running = false
  #disposed = false
  readonly program: Program

  constructor(engine: Binding, program: Program, options: SessionOptions) {
    this.program = program
    this.#phases = new Map(program.phases.map((phase) => [phase.name, phase]))
    this.#engine = engine.name
    this.#binding = unwrapped(() => engine.session(JSON.stringify(program), options))
  }

  /**
   * As many steps as `examples` (indices into `data`) holds batches, in one crossing. `knobs`
   * [steps × the phase's knobs]; returns the sums of each metric per step, by its name.
   */
  async run(
    phase: string,
    data: DataSet,
    examples: Uint32Array,
    knobs: Float32Array = new Float32Array(0),
  ): Promise<Metrics> {
    const binding = this.#idle()
    if (data.engine !== this.#engine) {
      throw new FeedalignError(
        `the data lives in the ${data.engine} engine, the session in the ${this.#engine} one`,
      )
    }
    typed('examples', examples, Uint32Array)
    typed('knobs', knobs, Float32Array)
    this.#running = true
    try {
      const values = await DataSet.use(data, (held) => binding.run(phase, held, examples, knobs))
      return new Metrics(this.#phases.get(phase)?.metrics ?? [], values)
    } catch (error) {
      throw unwrap(error)
    } finally {
      this.#running = false
      if (this.#disposed) this.#binding.dispose()
    }
  }

  /** Shape and row-major values of a kept tensor, such as `blocks.0.weight`. */
  read(tensor: string): { shape: number[]; data: Float32Array } {
    return this.#call((binding) => binding.read(tensor))
  }

  /** Overwrites a kept tensor with row-major values. */
  write(tensor: string, values: Float32Array): void {
    this.#call((binding) => {
      binding.write(tensor, typed('values', values, Float32Array))
    })
  }

  /** Everything that the next step depends on, as bytes; those of either engine fit both. */
  snapshot(): Uint8Array {
    return this.#call((binding) => binding.snapshot())
  }

  restore(bytes: Uint8Array): void {
    this.#call((binding) => {
      binding.restore(typed('a snapshot', bytes, Uint8Array))
    })
  }

  /** The order of the examples in an epoch, 0 … n − 1. */
  permutation(n: number, epoch: number): Uint32Array {
    if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 32)) {
      throw new FeedalignError(`n ${n} is not a whole number between 0 and 4294967295`)
    }
    return this.#call((binding) => binding.permutation(n, epoch))
  }

  /** SHA-256 of all weights and biases, row-major little-endian f32, in the Program's order. */
  get weightsSha256(): string {
    return this.#call((binding) => binding.weightsSha256())
  }

  get kernel(): string {
    return this.#call((binding) => binding.kernel())
  }

  /** Frees weights and threads, once a run at work has ended; every later call is an error. */
  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    if (!this.#running) this.#binding.dispose()
  }

  /** The shell's session, unless it is disposed of or at work. */
  #idle(): SessionBinding {
    if (this.#disposed) throw new FeedalignError('the session is disposed of')
    if (this.#running) throw new FeedalignError('the session is busy: await its run first')
    return this.#binding
  }

  #call<T>(f: (binding: SessionBinding) => T): T {
    const binding = this.#idle()
    return unwrapped(() => f(binding))
  }
}

/** What a call returned: sums per step, in the order of the steps. */
export class Metrics {
  readonly steps: number
  readonly #values: Float64Array
  readonly #names: readonly string[]

  constructor(names: readonly string[], values: Float64Array) {
    this.#names = names
    this.#values = values
    this.steps = names.length === 0 ? 0 : values.length / names.length
  }

  /** These steps, then those of the others, which are of the same phase. */
  followedBy(others: readonly Metrics[]): Metrics {
    if (others.length === 0) return this
    const parts = [this, ...others].map((one) => one.#values)
    const values = new Float64Array(parts.reduce((total, part) => total + part.length, 0))
    let at = 0
    for (const part of parts) {
      values.set(part, at)
      at += part.length
    }
    return new Metrics(this.#names, values)
  }

  has(name: string): boolean {
    return this.#names.includes(name)
  }

  /** The metric's value at each step. */
  *each(name: string): Generator<number> {
    const column = this.#names.indexOf(name)
    if (column < 0) throw new FeedalignError(`the phase has no metric ${JSON.stringify(name)}`)
    for (let step = 0; step < this.steps; step++) {
      yield this.#values[step * this.#names.length + column] ?? NaN
    }
  }

  /** The sum over the steps, added in their order. */
  sum(name: string): number {
    let total = 0
    for (const value of this.each(name)) total += value
    return total
  }
}

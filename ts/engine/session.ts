import { FeedalignError } from '../errors.js'
import type { Binding, DataSetBinding, SessionBinding, SessionOptions } from './binding.js'
import type { Phase, Program } from './program.js'

/** Runs `f`, turning the shell's errors into ours: the one place where that happens. */
function unwrapped<T>(f: () => T): T {
  try {
    return f()
  } catch (error) {
    throw unwrap(error)
  }
}

function unwrap(error: unknown): FeedalignError {
  if (error instanceof FeedalignError) return error
  return new FeedalignError(error instanceof Error ? error.message : String(error))
}

/** Examples that live with the engine, held once however many sessions use them. */
export class DataSet {
  readonly #binding: DataSetBinding
  readonly count: number

  /**
   * `inputs` [count × width]; `targets`: labels below `outputs` as Uint32Array [count], or values
   * [count × outputs] as Float32Array. Throws where lengths, labels or values are not valid.
   */
  constructor(
    engine: Binding,
    inputs: Uint8Array | Float32Array,
    width: number,
    targets: Uint32Array | Float32Array,
    outputs: number,
  ) {
    this.#binding = unwrapped(() => engine.dataSet(inputs, width, targets, outputs))
    this.count = inputs.length / width
  }

  /** SHA-256 of inputs and targets, hexadecimal. */
  get hash(): string {
    return this.#binding.hash()
  }

  static binding(data: DataSet): DataSetBinding {
    return data.#binding
  }
}

/** A Program at work. Every method throws `FeedalignError`. */
export class Session implements Disposable {
  readonly #binding: SessionBinding
  readonly #phases: ReadonlyMap<string, Phase>
  readonly program: Program

  constructor(engine: Binding, program: Program, options: SessionOptions) {
    this.program = program
    this.#phases = new Map(program.phases.map((phase) => [phase.name, phase]))
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
    try {
      const values = await this.#binding.run(phase, DataSet.binding(data), examples, knobs)
      return new Metrics(this.#phases.get(phase)?.metrics ?? [], values)
    } catch (error) {
      throw unwrap(error)
    }
  }

  /** Shape and row-major values of a kept tensor, such as `blocks.0.weight`. */
  read(tensor: string): { shape: number[]; data: Float32Array } {
    return unwrapped(() => this.#binding.read(tensor))
  }

  /** Overwrites a kept tensor with row-major values. */
  write(tensor: string, values: Float32Array): void {
    unwrapped(() => {
      this.#binding.write(tensor, values)
    })
  }

  /** Everything that the next step depends on, as bytes. */
  snapshot(): Uint8Array {
    return unwrapped(() => this.#binding.snapshot())
  }

  restore(bytes: Uint8Array): void {
    unwrapped(() => {
      this.#binding.restore(bytes)
    })
  }

  /** The order of the examples in an epoch, 0 … n − 1. */
  permutation(n: number, epoch: number): Uint32Array {
    return unwrapped(() => this.#binding.permutation(n, epoch))
  }

  /** SHA-256 of all weights and biases, row-major little-endian f32, in the Program's order. */
  get weightsSha256(): string {
    return unwrapped(() => this.#binding.weightsSha256())
  }

  get kernel(): string {
    return unwrapped(() => this.#binding.kernel())
  }

  [Symbol.dispose](): void {
    this.#binding.dispose()
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

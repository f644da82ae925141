import type { Instruction, Phase, Tensor } from '../engine/program.js'
import type { Layouts } from '../network/index.js'
import type { CompileOptions } from './index.js'

/** The tensors of a Program, each declared once however many ops name it. */
export class Tensors {
  readonly #all = new Map<string, Tensor>()

  /** Declares a tensor unless it is; gives its name. */
  declare(tensor: Tensor): string {
    if (!this.#all.has(tensor.name)) this.#all.set(tensor.name, tensor)
    return tensor.name
  }

  /** f32 [n × width], for one step. */
  rows(name: string, width: number): string {
    return this.declare({
      name,
      role: 'rows',
      shape: [width],
      init: { kind: 'zeros' },
      structure: { kind: 'dense' },
      grid: 'f32',
    })
  }

  get all(): Tensor[] {
    return [...this.#all.values()]
  }
}

/** What a phase is compiled from, and into. */
export interface Context {
  readonly options: CompileOptions
  readonly layouts: readonly Layouts[]
  readonly tensors: Tensors
}

/** A phase being compiled. */
export class PhaseBuilder {
  readonly context: Context
  readonly name: string
  /** Whether dropout and batch statistics apply. */
  readonly training: boolean
  readonly ops: Instruction[] = []
  readonly metrics: string[] = []
  readonly knobs: string[] = []
  /** The inputs of passes, as names of rows. */
  readonly inputs = new Map<string, string>()
  #temporaries = 0

  constructor(context: Context, name: string, training: boolean) {
    this.context = context
    this.name = name
    this.training = training
  }

  add(...ops: Instruction[]): void {
    this.ops.push(...ops)
  }

  metric(...metrics: readonly string[]): void {
    this.metrics.push(...metrics)
  }

  /** Rows that nobody else names. */
  temporary(width: number): string {
    const name = `temporary.${width}.${this.#temporaries++}`
    return this.context.tensors.rows(name, width)
  }

  build(): Phase {
    const { name, training, knobs, metrics, ops } = this
    return { name, advances: training, knobs, metrics, ops }
  }
}

import type { Instruction, Phase, Scalar, Tensor } from '../engine/program.js'
import type { Layouts } from '../network/index.js'
import type { Matrix } from '../rules/signals.js'
import type { CompileOptions } from './index.js'
import { everyKnob } from './knobs.js'

/** The tensors of a Program, each declared once however many ops name it. */
export class Tensors {
  readonly #all = new Map<string, Tensor>()

  /** Declares a tensor unless it is; gives its name. */
  declare(tensor: Tensor): string {
    if (!this.#all.has(tensor.name)) this.#all.set(tensor.name, tensor)
    return tensor.name
  }

  /** f32 [n × width], for one step; of width 0 [n], a number for each example. */
  rows(name: string, width: number): string {
    return this.declare({
      name,
      role: 'rows',
      shape: width === 0 ? [] : [width],
      init: { kind: 'zeros' },
      structure: { kind: 'dense' },
      grid: 'f32',
    })
  }

  /** The one of that name, declared before. */
  of(name: string): Tensor {
    const found = this.#all.get(name)
    if (found === undefined) throw new RangeError(`there is no tensor ${name}`)
    return found
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
  /** The matrices that signals were carried by so far. */
  readonly carriers: Matrix[]
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
  /** What blocks were given in passes, by `givenKey`. */
  readonly givens = new Map<string, string>()
  /** By block, what its normalisation learns by: vectors and the rows of their gradients. */
  readonly gradients = new Map<number, { vector: string; gradient: string }[]>()
  /** Rows that hold signals which are computed once. */
  readonly kept = new Map<object, string>()
  #temporaries = 0
  #enabled: Scalar | undefined

  constructor(context: Context, name: string, training: boolean) {
    this.context = context
    this.name = name
    this.training = training
  }

  add(...ops: Instruction[]): void {
    const enabled = this.#enabled
    this.ops.push(...ops.map((op) => (enabled === undefined ? op : { ...op, enabled })))
  }

  metric(...metrics: readonly string[]): void {
    this.metrics.push(...metrics)
  }

  /** Adds what the body adds, to run at every so many steps. */
  every(steps: number, body: () => void): void {
    if (steps > 1) {
      const knob = everyKnob(steps)
      if (!this.knobs.includes(knob)) this.knobs.push(knob)
      this.#enabled = { knob }
    }
    body()
    this.#enabled = undefined
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

export const givenKey = (pass: string, block: number): string => `${pass}/${block}`

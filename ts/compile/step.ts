import type { Block } from '../network/index.js'
import { outputs } from '../network/index.js'
import { rows, type Matrix, type Signal } from '../rules/signals.js'
import type { Lesson, Pass, PassOptions, Practice, Training } from '../rules/training.js'
import { teachDecoder } from './decoders.js'
import { forward, forwardBlock } from './forward.js'
import { classify, goodness, goodnessPass, score } from './goodness.js'
import type { Taught } from './lessons.js'
import type { PhaseBuilder } from './phase.js'
import { linear, noise, practise } from './practice.js'
import { materialise, matricesOf, widthOf } from './signals.js'

/** A step as a rule tells it: its passes go into the phase at once, its lessons are gathered. */
export class Step implements Training {
  readonly blocks: readonly Block[]
  readonly hidden: readonly number[]
  readonly classes: number
  readonly lessons: Taught[] = []
  readonly #phase: PhaseBuilder
  readonly #later: (() => void)[] = []
  #first: Pass | undefined

  constructor(phase: PhaseBuilder) {
    this.#phase = phase
    const { network } = phase.context.options
    this.blocks = network.blocks
    this.hidden = this.blocks.slice(0, -1).map((_, block) => block)
    this.classes = outputs(network)
  }

  /** The matrices that carry the lessons' signals. */
  get matrices(): Matrix[] {
    return matricesOf(this.lessons.map(({ lesson }) => lesson.signal))
  }

  pass(options: PassOptions = {}): Pass {
    const ofGoodness = options.goodness === true
    const pass = ofGoodness
      ? goodnessPass(this.#phase, options, this.classes)
      : forward(this.#phase, options)
    this.#first ??= pass
    return pass
  }

  learn(block: number, lesson: Lesson): void {
    if (lesson.signal.kind === 'none') return
    this.lessons.push({ block, lesson, pass: (lesson.at ?? this.#first)?.name ?? '' })
  }

  noise(block: number, deviation: number): Signal {
    return noise(this.#phase, block, deviation)
  }

  linear(block: number, x: Signal): Signal {
    return linear(this.#phase, block, x)
  }

  run(block: number, x: Signal): Signal {
    const width = widthOf(this.#phase, rows({ of: 'output', pass: '', block }))
    const name = forwardBlock(this.#phase, block, materialise(this.#phase, x), 'alone')
    return rows({ of: 'named', name, width })
  }

  practise(matrix: Matrix, practice: Practice): void {
    practise(this.#phase, matrix, practice)
  }

  restore(block: number, x: Signal, target: Signal, learningRate: number): void {
    if (!this.#phase.training) return
    const [from, to] = [materialise(this.#phase, x), materialise(this.#phase, target)]
    teachDecoder(this.#phase, block, [from, to], learningRate)
  }

  every(steps: number, body: () => void): void {
    this.#later.push(() => {
      this.#phase.every(steps, body)
    })
  }

  /** What is done every so many steps: it comes after the lessons. */
  finish(): void {
    for (const body of this.#later) body()
  }

  goodness(block: number, pass: Pass, right: boolean): Signal {
    return goodness(this.#phase, block, pass, right)
  }

  score(block: number, pass: Pass, label: number): void {
    score(this.#phase, block, pass, { label, classes: this.classes })
  }

  classify(): void {
    classify(this.#phase, this.classes)
  }
}

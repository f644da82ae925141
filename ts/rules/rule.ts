import type { Block } from '../network/index.js'
import { D, fixed, learned, mirror, weights, type Signal } from './signals.js'
import type { Training } from './training.js'

/** Where a signal arrives at a block: after all local parts, before pooling and dropout, or as delta. */
export type Tap = 'output' | 'activation' | 'linear'

/** What a rule's signal is a function of. */
export interface Place {
  /** The block that the signal arrives at, from the input side. */
  readonly block: number
  /** The block above it. */
  readonly above: number
  /** What the output offers, [n × outputs]: y − y*, dL/da, y*. */
  readonly out: { readonly error: Signal; readonly delta: Signal; readonly target: Signal }
  readonly weights: typeof weights
  readonly fixed: typeof fixed
  readonly mirror: typeof mirror
  readonly learned: typeof learned
  readonly D: typeof D
}

/** An option of a rule: `name` as in `rules.weightMirror({ every: 10 })`. */
export interface RuleOption {
  readonly name: string
  readonly about: string
  readonly unless: number
  /** Least and most value; whole numbers alone where `whole`. */
  readonly range: readonly [number, number]
  readonly whole?: boolean
}

/** A learning rule: what signal arrives at each hidden block, or how a step is made. */
export interface Rule {
  /** Its name on the command line. */
  readonly name: string
  readonly title: string
  /** The hidden signal, with δ the delta of the block above and e = y − y*. */
  readonly equation: string
  readonly source: string
  /** More than a line: what is special about it. */
  readonly about: string
  readonly options: readonly RuleOption[]
  /** Where its signals arrive, and so how wide direct matrices are. */
  readonly tap: Tap
  /** Why it cannot train such a block; undefined where it can. */
  readonly refuses: (block: Block) => string | undefined
  /** One step of learning. */
  readonly train: (training: Training) => void
  /** How outputs are judged: the network's own, or by a procedure of the rule. */
  readonly evaluate?: (training: Training) => void
}

type Described = Pick<Rule, 'name'> & Partial<Omit<Rule, 'train'>>

/** A rule of one's own: a signal for each hidden block, or a whole step of training. */
export function defineRule(
  rule: Described & ({ readonly signal: (place: Place) => Signal } | Pick<Rule, 'train'>),
): Rule {
  const { name, title = name, equation = '', source = '', about = '', options = [] } = rule
  const { refuses = () => undefined, tap = 'output', evaluate } = rule
  const train = 'train' in rule ? rule.train : bySignal(rule.signal, tap)
  const told = { name, title, equation, source, about, options, tap, refuses, train }
  return evaluate === undefined ? told : { ...told, evaluate }
}

/** One pass; the output block learns from its own delta, the others from the signal. */
function bySignal(signal: (place: Place) => Signal, tap: Tap): Rule['train'] {
  return (training) => {
    const pass = training.pass()
    const last = training.blocks.length - 1
    training.learn(last, { signal: pass.delta, tap: 'output' })
    const out = { error: pass.error, delta: pass.delta, target: pass.target }
    for (let block = last - 1; block >= 0; block--) {
      const place: Place = { block, above: block + 1, out, weights, fixed, mirror, learned, D }
      training.learn(block, { signal: signal(place), tap })
    }
  }
}

import { UsageError, didYouMean } from '../errors.js'
import type { Block } from '../network/index.js'
import { D, fixed, mirror, weights, type Signal } from './signals.js'
import type { Training } from './training.js'

/**
 * Where a signal arrives at a block: at its output, before pooling and dropout, or as its delta.
 */
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
  readonly D: typeof D
}

/** An option of a rule. */
export interface RuleOption {
  readonly about: string
  /** Its value unless told. */
  readonly unless: number
  /** Least and most value. */
  readonly range: readonly [number, number]
  /** Whether it counts something. */
  readonly whole?: boolean
}

export type RuleOptions = Readonly<Record<string, RuleOption>>

/** What a rule trains with where the user says nothing. */
export interface RuleDefaults {
  /** Of SGD, with cosine decay and batches of 64. */
  readonly learningRate: number
  /** Of SGD. */
  readonly weightDecay: number
  /** A factor on the reach of the initial hidden weights. */
  readonly weightScale: number
}

/** For rules that were not searched, as a user's own. */
const usual: RuleDefaults = { learningRate: 0.05, weightDecay: 0, weightScale: 1 }

/** What is said of a rule. */
export interface RuleDescription {
  /** Its name on the command line. */
  readonly name: string
  readonly title: string
  /** The hidden signal, with δ the delta of the block above and e = y − y*. */
  readonly equation: string
  readonly source: string
  /** What a user should know beyond the equation. */
  readonly about: string
  /** Chosen on a tenth of a training set, as docs/results/defaults.md shows. */
  readonly defaults?: Partial<RuleDefaults>
}

/** A learning rule: how a step of training is made. */
export interface Rule extends RuleDescription {
  readonly defaults: RuleDefaults
  /** The values of its options. */
  readonly settings: Readonly<Record<string, number>>
  /** Where its signals arrive, and so how wide direct matrices are. */
  readonly tap: Tap
  /** Why it cannot train such a block; undefined where it can. */
  readonly refuses: (block: Block) => string | undefined
  readonly train: (training: Training) => void
  /** How outputs are judged, where that is not by the network's own. */
  readonly evaluate?: (training: Training) => void
}

/** What makes a rule one: the signal of each hidden block, or a whole step. */
export type Learning = Partial<Pick<Rule, 'tap' | 'refuses' | 'evaluate'>> &
  ({ readonly signal: (place: Place) => Signal } | Pick<Rule, 'train'>)

/** A rule of one's own. */
export function defineRule(
  rule: Pick<Rule, 'name'> & Partial<Omit<RuleDescription, 'name'>> & Learning,
): Rule {
  return complete({ title: rule.name, equation: '', source: '', about: '', ...rule }, {}, rule)
}

/** A rule with options, as `rules.weightMirror` is: a function of them. */
export interface RuleMaker<O extends RuleOptions = RuleOptions> extends Readonly<
  Omit<RuleDescription, 'name'>
> {
  (options?: { readonly [K in keyof O]?: number }): Rule
  /** Its name on the command line; a function's own `name` cannot be told. */
  readonly ruleName: string
  readonly options: O
}

/** Describes a rule and says what it does, given the values of its options. */
export function rule<const O extends RuleOptions = RuleOptions>(
  described: RuleDescription & { readonly options?: O },
  learning: (settings: { readonly [K in keyof O]: number }) => Learning,
): RuleMaker<O> {
  const { name: ruleName, options = {} as O, ...rest } = described
  const make = (given: Readonly<Record<string, number | undefined>> = {}): Rule => {
    const settings = checked(ruleName, options, given)
    const values = settings as { readonly [K in keyof O]: number }
    return complete({ name: ruleName, ...rest }, settings, learning(values))
  }
  return Object.assign(make, { ruleName, options, ...rest })
}

function checked(
  name: string,
  options: RuleOptions,
  given: Readonly<Record<string, number | undefined>>,
): Record<string, number> {
  const known = Object.keys(options)
  for (const option of Object.keys(given)) {
    if (known.includes(option)) continue
    const has = known.length === 0 ? '; it has none' : `; it has ${known.join(', ')}`
    throw new UsageError(
      `rule ${name} has no option "${option}"${didYouMean(option, known) || has}`,
    )
  }
  return Object.fromEntries(
    Object.entries(options).map(
      ([
        option,
        {
          unless,
          range: [least, most],
          whole,
        },
      ]) => {
        const value = given[option] ?? unless
        const valid = value >= least && value <= most && (whole !== true || Number.isInteger(value))
        if (valid) return [option, value]
        const kind = whole === true ? 'a whole number' : 'a number'
        throw new UsageError(
          `option ${option} of rule ${name} is ${value}, not ${kind} from ${least} to ${most}`,
        )
      },
    ),
  )
}

function complete(
  { name, title, equation, source, about, defaults }: RuleDescription,
  settings: Readonly<Record<string, number>>,
  learning: Learning,
): Rule {
  const { tap = 'output', refuses = () => undefined, evaluate } = learning
  const train = 'train' in learning ? learning.train : bySignal(learning.signal, tap)
  const described = { name, title, equation, source, about, defaults: { ...usual, ...defaults } }
  const told = { ...described, settings, tap, refuses, train }
  return evaluate === undefined ? told : { ...told, evaluate }
}

/** One pass; the output block learns from its own delta, the others from the signal. */
export function bySignal(
  signal: (place: Place) => Signal,
  tap: Tap = 'output',
): (training: Training) => void {
  return (training) => {
    const pass = training.pass()
    const last = training.blocks.length - 1
    training.learn(last, { signal: pass.delta })
    const out = { error: pass.error, delta: pass.delta, target: pass.target }
    for (let block = last - 1; block >= 0; block--) {
      const place: Place = { block, above: block + 1, out, weights, fixed, mirror, D }
      training.learn(block, { signal: signal(place), tap })
    }
  }
}

import { expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { smallFit, values } from './small.js'

const learningRate = 0.1
const bf16 = { precision: 'bf16' } as const
const valued = dataset({ inputs: values(120), shape: [12], targets: values(40) })

/** What goes not together, and what the message says of it. */
const refused: readonly [string, Partial<FitOptions>, string][] = [
  [
    'forward-forward without a hidden block',
    { rule: rules.forwardForward(), network: parseNetwork('12-4') },
    'rule forward-forward trains hidden blocks alone, and the network has none; add one',
  ],
  [
    'forward-forward on float targets',
    { rule: rules.forwardForward(), data: valued },
    "rule forward-forward wants labels, and the data's targets are float values",
  ],
  [
    'weight decay beside that of kolen-pollack',
    {
      rule: rules.kolenPollack(),
      optimizer: optimizers.sgd({ learningRate, weightDecay: 0.01 }),
    },
    'weightDecay 0.01: under rule kolen-pollack weights and feedback decay together, by the ' +
      "rule's option decay; set weightDecay to 0",
  ],
  [
    'feedback that learns in bf16',
    { ...bf16, rule: rules.kolenPollack() },
    'precision bf16: rule kolen-pollack trains its feedback in f32 alone',
  ],
  [
    'a bound on all gradients in bf16',
    { ...bf16, optimizer: optimizers.sgd({ learningRate, clipNorm: 1 }) },
    'clipNorm 1: norms are bounded in precision f32 alone; use that',
  ],
  [
    'a bound on weights in bf16',
    { ...bf16, optimizer: optimizers.sgd({ learningRate, maxNorm: 2 }) },
    'maxNorm 2: norms are bounded in precision f32 alone; use that',
  ],
  [
    'sparse feedback in bf16',
    { ...bf16, feedbackDensity: 0.5 },
    'feedbackDensity is there in precision f32 only: leave it out, or use f32',
  ],
  [
    'feedback on a grid in bf16',
    { ...bf16, feedbackGrid: 'int8' },
    'feedbackGrid is there in precision f32 only: leave it out, or use f32',
  ],
]

for (const [what, changes, message] of refused) {
  test(`${what} is refused with the cure, before the engine meets it`, () => {
    expect(() => fit(smallFit(changes))).toThrow(UsageError)
    expect(() => fit(smallFit(changes))).toThrow(message)
  })
}

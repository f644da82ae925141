import { UsageError } from '../errors.js'
import { rule } from './rule.js'
import type { Training } from './training.js'

export const forwardForward = rule(
  {
    name: 'forward-forward',
    title: 'the forward-forward algorithm',
    equation: '2h (σ(Σh² − width) − label): every block by itself, on right and on wrong labels',
    source: 'Hinton 2022, arXiv 2212.13345',
    about:
      'Labels are written over the first inputs. A block’s goodness Σh² is to be high for the right ' +
      'label and low for a wrong one; what it passes on is normalised. A class is judged by the ' +
      'goodness of the hidden blocks above the first. The output block takes no part. The activation ' +
      'to use is relu: goodness of tanh is bounded, and next to nothing is learnt.',
    defaults: { learningRate: 0.003 },
  },
  () => ({
    refuses: ({ linear, parts }) => {
      if (linear.kind === 'conv2d') return 'shared kernels do not see a label in a corner'
      return parts.some(({ kind }) => kind === 'batchNorm')
        ? 'batch statistics mix the right with the wrong'
        : undefined
    },
    train: learn,
    evaluate: judge,
  }),
)

function learn(training: Training): void {
  if (training.hidden.length === 0) {
    throw new UsageError(
      'rule forward-forward trains hidden blocks alone, and the network has none; add one',
    )
  }
  for (const label of ['right', 'wrong'] as const) {
    const pass = training.pass({ name: label, label, goodness: true })
    for (const block of training.hidden) {
      const signal = training.goodness(block, pass, label === 'right')
      training.learn(block, { signal, at: pass })
    }
  }
}

/** Each class is written over the input in turn; the one of most goodness is the answer. */
function judge(training: Training): void {
  const { hidden, classes } = training
  learn(training)
  for (let label = 0; label < classes; label++) {
    const pass = training.pass({ name: 'class', label, goodness: true })
    for (const block of hidden.length > 1 ? hidden.slice(1) : hidden) {
      training.score(block, pass, label)
    }
  }
  training.classify()
}

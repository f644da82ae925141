import { rule } from './rule.js'
import { through } from './signals.js'

export const bp = rule(
  {
    name: 'bp',
    title: 'backpropagation',
    equation: 'δ · Wᵀ',
    source: 'Rumelhart, Hinton, Williams 1986',
    about: 'Carries errors back through the transposed weights themselves.',
    defaults: { learningRate: 0.2, weightDecay: 1e-3 },
  },
  () => ({ signal: ({ above, weights }) => through(above, weights(above)) }),
)

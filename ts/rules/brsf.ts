import { rule } from './rule.js'
import { through } from './signals.js'

export const brsf = rule(
  {
    name: 'brsf',
    title: 'batch-random sign-symmetric feedback',
    equation: 'δ · Bᵀ, B = sign(W) ⊙ |R|, R drawn anew at every step',
    source: 'Liao, Leibo, Poggio 2016, arXiv 1510.05067',
    about: 'R is drawn as a fixed B would be.',
    defaults: { learningRate: 0.1 },
  },
  () => ({
    signal: ({ above, mirror }) =>
      through(above, mirror(above, { how: 'copysign', magnitude: 'fresh' })),
  }),
)

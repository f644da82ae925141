import { rule } from './rule.js'
import { through } from './signals.js'

export const kolenPollack = rule(
  {
    name: 'kolen-pollack',
    title: 'Kolen-Pollack learning',
    equation: 'δ · Bᵀ; W ← (1 − λ) W − step, B ← (1 − λ) B − the same step',
    source: 'Akrout et al. 2019, arXiv 1904.05391; Kolen, Pollack 1994',
    about: 'B starts at random; as both forget where they started, B becomes W.',
    defaults: { learningRate: 0.1 },
    options: {
      decay: { about: 'λ, of W and B at each step', unless: 1e-3, range: [0, 1] },
    },
  },
  ({ decay }) => ({
    signal: ({ above, mirror }) => through(above, mirror(above, { how: 'add', decay })),
  }),
)

import { bySignal, rule } from './rule.js'
import { learned, through } from './signals.js'

export const weightMirror = rule(
  {
    name: 'weight-mirror',
    title: 'weight mirror',
    equation: 'δ · Bᵀ; every few steps B ← B + η (ξᵀ (ξ W) − λ B), ξ noise',
    source: 'Akrout et al. 2019, arXiv 1904.05391',
    about:
      'Noise is sent through each linear map alone, without bias or activation, and B learns from ' +
      'what comes out of it what W is.',
    defaults: { learningRate: 0.2 },
    options: {
      every: {
        about: 'steps from mirroring to mirroring',
        unless: 1,
        range: [1, 1e6],
        whole: true,
      },
      noise: { about: 'deviation of ξ', unless: 1, range: [1e-6, 1e6] },
      rate: { about: 'η of B', unless: 0.1, range: [0, 1e6] },
      decay: { about: 'λ of B', unless: 1, range: [0, 1e6] },
    },
  },
  ({ every, noise, rate, decay }) => ({
    train: (training) => {
      bySignal(({ above }) => through(above, learned(above)))(training)
      training.every(every, () => {
        for (const above of training.hidden.map((block) => block + 1)) {
          const x = training.noise(above, noise)
          const delta = training.linear(above, x)
          const learningRate = rate
          training.practise(learned(above), { x, delta, learningRate, scale: -1, decay })
        }
      })
    },
  }),
)

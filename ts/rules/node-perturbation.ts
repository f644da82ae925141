import { rule } from './rule.js'
import { add, rowScale, scale } from './signals.js'

export const nodePerturbation = rule(
  {
    name: 'node-perturbation',
    title: 'node perturbation',
    equation: 'ξ (L̃ − L) / σ², the output block’s delta too',
    source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247; Williams 1992',
    about:
      'Reinforcement: noise ξ is added to what every linear map gives, and moves that made the loss ' +
      'smaller are repeated. No error is carried anywhere; the activity learnt from is that without ' +
      'noise.',
    defaults: { learningRate: 0.005 },
    options: {
      sigma: { about: 'deviation of the noise', unless: 0.05, range: [1e-4, 100] },
    },
  },
  ({ sigma }) => ({
    refuses: ({ parts }) =>
      parts.some(({ kind }) => kind === 'batchNorm')
        ? 'under batch statistics an example’s loss also moves with other examples’ noise'
        : undefined,
    train: (training) => {
      const clean = training.pass()
      const noisy = training.pass({ name: 'noisy', noise: sigma })
      const gain = scale(sigma ** -2, add(noisy.loss, scale(-1, clean.loss)))
      training.blocks.forEach((_, block) => {
        training.learn(block, { signal: rowScale(noisy.noise(block), gain), tap: 'linear' })
      })
    },
  }),
)

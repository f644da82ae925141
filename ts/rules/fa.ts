import { rule } from './rule.js'
import { through } from './signals.js'

export const fa = rule(
  {
    name: 'fa',
    title: 'feedback alignment',
    equation: 'δ · Bᵀ, B fixed and random',
    source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
    about: 'The forward weights come to agree with B, so that errors carried by it teach.',
    defaults: { learningRate: 0.1, weightDecay: 1.5e-3, weightScale: 0.3 },
  },
  () => ({ signal: ({ above, fixed }) => through(above, fixed(above)) }),
)

import { rule } from './rule.js'
import { none } from './signals.js'

export const shallow = rule(
  {
    name: 'shallow',
    title: 'shallow learning',
    equation: 'none: only the output block learns',
    source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
    about: 'What a network of random hidden blocks can do: the least that a rule has to beat.',
    defaults: { learningRate: 0.4 },
  },
  () => ({ signal: () => none() }),
)

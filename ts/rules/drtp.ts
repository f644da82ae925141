import { rule } from './rule.js'
import { direct } from './signals.js'

export const drtp = rule(
  {
    name: 'drtp',
    title: 'direct random target projection',
    equation: '+ y* · D, D fixed and random',
    source: 'Frenkel, Lefebvre, Bol 2021, arXiv 1909.01311',
    about:
      'Hidden blocks hear the target instead of the error, before pooling and dropout, so they can ' +
      'learn before the output is known.',
    defaults: { learningRate: 0.2 },
  },
  () => ({ tap: 'activation', signal: ({ block, out, D }) => direct(out.target, D(block)) }),
)

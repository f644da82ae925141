import { rule } from './rule.js'
import { direct, sign } from './signals.js'

export const sdfa = rule(
  {
    name: 'sdfa',
    title: 'direct feedback alignment of the error’s sign',
    equation: 'sign(e) · D, D fixed and random',
    source: 'Frenkel, Lefebvre, Bol 2021, arXiv 1909.01311',
    about: 'Direct feedback alignment that tells hidden blocks which outputs err, not how far.',
    defaults: { learningRate: 0.2 },
  },
  () => ({ signal: ({ block, out, D }) => direct(sign(out.error), D(block)) }),
)

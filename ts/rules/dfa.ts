import { rule } from './rule.js'
import { direct } from './signals.js'

export const dfa = rule(
  {
    name: 'dfa',
    title: 'direct feedback alignment',
    equation: 'e · D, D fixed and random',
    source: 'Nøkland 2016, arXiv 1609.01596',
    about: 'Every block hears the output’s error by a matrix of its own, after all local parts.',
    defaults: { learningRate: 0.1 },
  },
  () => ({ signal: ({ block, out, D }) => direct(out.error, D(block)) }),
)

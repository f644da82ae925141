import { defineRule } from './rule.js'
import { direct } from './signals.js'

export const dfa = defineRule({
  name: 'dfa',
  title: 'direct feedback alignment',
  equation: 'e · D, D fixed and random',
  source: 'Nøkland 2016, arXiv 1609.01596',
  signal: ({ block, out, D }) => direct(out.error, D(block)),
})

import { defineRule } from './rule.js'
import { through } from './signals.js'

export const fa = defineRule({
  name: 'fa',
  title: 'feedback alignment',
  equation: 'δ · Bᵀ, B fixed and random',
  source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
  signal: ({ above, fixed }) => through(above, fixed(above)),
})

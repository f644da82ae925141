import { defineRule } from './rule.js'
import { through } from './signals.js'

export const bp = defineRule({
  name: 'bp',
  title: 'backpropagation',
  equation: 'δ · Wᵀ',
  source: 'Rumelhart, Hinton, Williams 1986',
  signal: ({ above, weights }) => through(above, weights(above)),
})

import { defineRule } from './rule.js'
import { none } from './signals.js'

export const shallow = defineRule({
  name: 'shallow',
  title: 'shallow learning',
  equation: 'none: only the output block learns',
  source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
  signal: () => none(),
})

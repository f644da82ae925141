import { rule } from './rule.js'
import { through } from './signals.js'

export const usf = rule(
  {
    name: 'usf',
    title: 'uniform sign-symmetric feedback',
    equation: 'δ · Bᵀ, B = c · sign(W)',
    source: 'Liao, Leibo, Poggio 2016, arXiv 1510.05067; Moskovitz et al. 2018, arXiv 1812.06488',
    about: 'c is the deviation that a fixed B would have: its reach over √3.',
    defaults: { learningRate: 0.1 },
  },
  () => ({ signal: ({ above, mirror }) => through(above, mirror(above, { how: 'sign' })) }),
)

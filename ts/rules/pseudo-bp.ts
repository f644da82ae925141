import { rule } from './rule.js'
import { through } from './signals.js'

const refusals: Readonly<Record<string, string>> = {
  conv2d: 'the pseudoinverse of a convolution is no kernel',
  local2d: 'the pseudoinverse of local fields is not local',
}

export const pseudoBp = rule(
  {
    name: 'pseudo-bp',
    title: 'pseudo-backpropagation',
    equation: 'δ · W⁺',
    source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
    about:
      'Moves hidden units as the pseudoinverse of the weights above says: the shortest change that ' +
      'makes up for the error.',
    defaults: { learningRate: 0.05 },
    options: {
      every: {
        about: 'steps from pseudoinverse to pseudoinverse',
        unless: 100,
        range: [1, 1e9],
        whole: true,
      },
    },
  },
  ({ every }) => ({
    refuses: ({ linear }) => refusals[linear.kind],
    signal: ({ above, mirror }) => through(above, mirror(above, { how: 'pseudoinverse', every })),
  }),
)

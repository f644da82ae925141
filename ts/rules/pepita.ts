import { rule } from './rule.js'
import { add, D, direct, INPUT, scale } from './signals.js'

export const pepita = rule(
  {
    name: 'pepita',
    title: 'error-driven input modulation (PEPITA)',
    equation: 'h − h̃, h̃ the activity on the input x + e · F, F fixed and random',
    source: 'Dellaferrera, Kreiman 2022, arXiv 2201.11665',
    about:
      'Two passes and no way back: the second one sees the input moved by the error of the first. ' +
      'The output block learns from the second pass’s error; biases stay.',
    defaults: { learningRate: 0.1 },
  },
  () => ({
    refuses: ({ parts }) =>
      parts.some(({ kind }) => kind === 'maxout')
        ? 'the difference of activities is narrower than the weights of maxout'
        : undefined,
    train: (training) => {
      const clean = training.pass()
      const input = add(clean.input, direct(clean.error, D(INPUT)))
      const moved = training.pass({ name: 'moved', input })
      const lesson = { tap: 'linear', at: moved, bias: false } as const
      training.learn(training.blocks.length - 1, { signal: moved.error, ...lesson })
      for (const block of training.hidden) {
        const signal = add(clean.activation(block), scale(-1, moved.activation(block)))
        training.learn(block, { signal, ...lesson })
      }
    },
  }),
)

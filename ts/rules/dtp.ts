import { rule } from './rule.js'
import { add, decode, keep, scale, through, weights } from './signals.js'

export const dtp = rule(
  {
    name: 'dtp',
    title: 'difference target propagation',
    equation: 'h − T, T = h + g(T above) − g(h above), g a trained decoder',
    source: 'Lee, Zhang, Fischer, Bengio 2015, arXiv 1412.7525',
    about:
      'Targets instead of errors: decoders learn to restore each block from the one above, and carry ' +
      'targets down. The highest target is a step down the loss and does use the output’s weights.',
    defaults: { learningRate: 0.2 },
    options: {
      step: { about: 'η̂ of the highest target', unless: 0.5, range: [0, 1e6] },
      noise: { about: 'deviation of what decoders are to remove', unless: 0.1, range: [0, 1e6] },
      rate: { about: 'learning rate of the decoders', unless: 0.05, range: [0, 1e6] },
    },
  },
  ({ step, noise, rate }) => ({
    refuses: ({ parts }) =>
      parts.some(({ kind }) => kind === 'maxPool' || kind === 'averagePool')
        ? 'no inverse of pooling is published'
        : undefined,
    train: (training) => {
      const pass = training.pass()
      const last = training.blocks.length - 1
      training.learn(last, { signal: pass.delta })
      for (const block of training.hidden.slice(1)) {
        const target = keep(add(pass.output(block - 1), training.noise(block, noise)))
        training.restore(block, training.run(block, target), target, rate)
      }
      // h − T of each block in turn; the one below gets g(h) − g(T), with T = h − (h − T).
      let signal = keep(scale(step, through(last, weights(last))))
      for (const block of [...training.hidden].reverse()) {
        training.learn(block, { signal })
        const h = pass.output(block)
        const target = add(h, scale(-1, signal))
        signal = keep(add(decode(block, h), scale(-1, decode(block, target))))
      }
    },
  }),
)

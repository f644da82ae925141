import type { Experiment } from './experiment.js'

/** Four fields of 14 × 14 with 375 units each, against one of 28 × 28 with 1500. */
export const localFields: Experiment = {
  name: 'local-fields',
  title: 'Local receptive fields under feedback alignment',
  about:
    'The same units, of which those of the first hidden block see a quarter of the image each, or\n' +
    'all of it.',
  settings: { data: 'mnist', rule: 'fa', epochs: 2 },
  seeds: [1, 2, 3],
  rows: [
    { name: 'dense', settings: { network: '784-1500-1500-10' } },
    { name: 'local', settings: { network: '28x28-local14x14:2x2x375-1500-10' } },
  ],
  timed: true,
}

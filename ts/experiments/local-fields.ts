import type { Experiment } from './experiment.js'

/** Four fields of 14 × 14 with 375 units each, against one of 28 × 28 with 1500. */
export const localFields: Experiment = {
  name: 'local-fields',
  title: 'Local receptive fields under feedback alignment',
  about:
    'The same units. Those of the first hidden block see a quarter of the image each, or all of it;\n' +
    'in the last row those of the second hear the quarter of the first that stands where they do.\n' +
    'Multiply-adds of a forward pass go with the parameters.',
  settings: { data: 'mnist', rule: 'fa', epochs: 10 },
  seeds: [1, 2, 3],
  rows: [
    { name: 'dense', settings: { network: '784-1500-1500-10' } },
    { name: 'local', settings: { network: '28x28-local14x14:2x2x375-1500-10' } },
    {
      name: 'local-both',
      settings: { network: '28x28-local14x14:2x2x375-local1x1:2x2x375-10' },
    },
  ],
  timed: true,
}

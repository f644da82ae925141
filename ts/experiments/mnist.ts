import type { Experiment } from './experiment.js'

export const mnist: Experiment = {
  name: 'mnist',
  title: 'MNIST by backpropagation and by feedback alignment',
  source: "the talk's basic rows (August 2014)",
  about:
    'No dropout, no augmentation. All settings but the epochs are the defaults of the rules, chosen\n' +
    'on a tenth of the training set: docs/results/defaults.md. The talk tells of its network no more\n' +
    'than the sizes, and has no figure for direct feedback alignment.',
  settings: { data: 'mnist', network: '784-1500-1500-1500-10' },
  seeds: [1, 2, 3],
  rows: [
    { name: 'bp', settings: { rule: 'bp', epochs: 30 }, published: 0.016 },
    { name: 'fa', settings: { rule: 'fa', epochs: 30 }, published: 0.013 },
    { name: 'dfa', settings: { rule: 'dfa', epochs: 10 } },
  ],
}

import type { Experiment } from './experiment.js'

export const mnist2014: Experiment = {
  name: 'mnist-2014',
  title: "One hidden layer on MNIST: the four rows of 2014's paper",
  source: 'Lillicrap, Cownden, Tweed, Akerman 2014, arXiv 1411.0247',
  about:
    'The halved row has half of the elements of W and of B removed, those of B and of the hidden\n' +
    'weights for 16 neighbouring units at once. Shallow trains the output layer alone, on hidden\n' +
    'weights as drawn. The paper has sigmoid units, trains example by example on squared error and\n' +
    'does not say for how long; here it is tanh and cross-entropy in batches of 64, with the defaults\n' +
    'of the rules.',
  settings: { data: 'mnist', network: '784-1000-10', epochs: 10 },
  seeds: [1, 2, 3],
  rows: [
    { name: 'bp', settings: { rule: 'bp' }, published: 0.024 },
    { name: 'fa', settings: { rule: 'fa' }, published: 0.021 },
    {
      name: 'fa-halved',
      settings: { rule: 'fa', weightDensity: 0.5, feedbackDensity: 0.5 },
      published: 0.024,
    },
    { name: 'shallow', settings: { rule: 'shallow' }, published: 0.072 },
  ],
}

/** What a run of any rule begins with, but for the rule and its learning rate. */
export const start = {
  event: 'start',
  network: '784-20-10',
  parameters: 15_910,
  threads: 2,
  kernel: 'avx2',
  precision: 'f32',
  engine: 'native',
  batch: 64,
  epochs: 2,
  seed: 1,
  weightScale: 1,
  train: 8004,
  validation: 0,
  test: 1996,
} as const

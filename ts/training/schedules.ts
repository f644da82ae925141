import { byName, UsageError } from '../errors.js'

/**
 * A factor on the learning rate at a point of training: `epoch` counts from 0 and has a fraction
 * for the step within the epoch; `epochs` is the run's length.
 */
export interface Schedule {
  readonly name: string
  readonly factor: (epoch: number, epochs: number) => number
}

export const schedules = {
  constant: (): Schedule => ({ name: 'constant', factor: () => 1 }),
  /** Half a cosine from 1 to 0 over the run. */
  cosine: (): Schedule => ({
    name: 'cosine',
    factor: (epoch, epochs) => 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs)),
  }),
  /** Times `gamma` after every `every` epochs. */
  step: (every: number, gamma: number): Schedule => ({
    name: `step:${every}:${gamma}`,
    factor: (epoch) => gamma ** Math.floor(epoch / every),
  }),
  /** Times `gamma` per epoch, continuously. */
  exponential: (gamma: number): Schedule => ({
    name: `exponential:${gamma}`,
    factor: (epoch) => gamma ** epoch,
  }),
  /** Linear from 0 to 1 over the first `epochs`, then `after`. */
  warmup: (epochs: number, after: Schedule): Schedule => ({
    name: `warmup:${epochs}:${after.name}`,
    factor: (epoch, all) => Math.min(1, epoch / epochs) * after.factor(epoch, all),
  }),
}

/** `constant`, `cosine`, `step:EVERY:FACTOR`, `exponential:FACTOR`, `warmup:EPOCHS:SCHEDULE`. */
export function parseSchedule(text: string): Schedule {
  const [kind = '', ...rest] = text.split(':')
  const known = ['constant', 'cosine', 'step', 'exponential', 'warmup'] as const
  const { name } = byName(
    'schedule',
    kind,
    known.map((name) => ({ name })),
  )
  const positive = (place: number): number => {
    const value = Number(rest[place])
    if (!(value > 0 && Number.isFinite(value))) {
      throw new UsageError(
        `schedule ${JSON.stringify(text)} needs a positive number: ${usage[name]}`,
      )
    }
    return value
  }
  switch (name) {
    case 'step':
      return schedules.step(positive(0), positive(1))
    case 'exponential':
      return schedules.exponential(positive(0))
    case 'warmup':
      return schedules.warmup(positive(0), parseSchedule(rest.slice(1).join(':') || 'constant'))
    default:
      return schedules[name]()
  }
}

const usage = {
  constant: 'constant',
  cosine: 'cosine',
  step: 'step:EVERY:FACTOR',
  exponential: 'exponential:FACTOR',
  warmup: 'warmup:EPOCHS:SCHEDULE',
}

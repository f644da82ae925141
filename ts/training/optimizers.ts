import { UsageError } from '../errors.js'
import { schedules, type Schedule } from './schedules.js'

/** v ← μv + g + λW, W ← W − learningRate · v; biases do not decay. */
export interface Optimizer {
  readonly name: 'sgd'
  /** η > 0 at the schedule's factor 1. */
  readonly learningRate: number
  /** μ in [0, 1). */
  readonly momentum: number
  /** λ ≥ 0. */
  readonly weightDecay: number
  readonly schedule: Schedule
}

export const optimizers = {
  sgd: (options: {
    learningRate: number
    momentum?: number
    weightDecay?: number
    schedule?: Schedule
  }): Optimizer => {
    const { learningRate, momentum = 0, weightDecay = 0, schedule = schedules.constant() } = options
    check('learningRate', learningRate, learningRate > 0)
    check('momentum', momentum, momentum >= 0 && momentum < 1)
    check('weightDecay', weightDecay, weightDecay >= 0)
    return { name: 'sgd', learningRate, momentum, weightDecay, schedule }
  },
}

function check(name: string, value: number, valid: boolean): void {
  if (!valid || !Number.isFinite(value)) throw new UsageError(`${name} ${value} is out of range`)
}

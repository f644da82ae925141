import { blockOfKnob, EPOCH_KNOB, stepsOfKnob } from '../compile/knobs.js'
import { FeedalignError } from '../errors.js'
import { isHeld, type Freeze } from './freezing.js'
import type { Optimizer } from './optimizers.js'

/** What the knobs of a run's training follow. */
export interface Course {
  readonly optimizer: Optimizer
  /** Of the run. */
  readonly epochs: number
  /** Steps of an epoch. */
  readonly steps: number
  readonly freeze: readonly Freeze[]
}

/**
 * The values of the knobs named, step by step, for `count` steps of an epoch from its step `first`
 * on; whole epochs before it are `epoch`. They depend on the step alone, not on how calls are cut.
 */
export function knobValues(
  names: readonly string[],
  course: Course,
  { epoch, first, count }: { epoch: number; first: number; count: number },
): Float32Array {
  const values = new Float32Array(count * names.length)
  for (let i = 0; i < count; i++) {
    names.forEach((name, place) => {
      values[i * names.length + place] = knobValue(name, course, epoch, first + i)
    })
  }
  return values
}

function knobValue(name: string, course: Course, epoch: number, step: number): number {
  const { optimizer, epochs, steps, freeze } = course
  if (name === 'learningRate') {
    return optimizer.learningRate * optimizer.schedule.factor(epoch + step / steps, epochs)
  }
  if (name === EPOCH_KNOB) return epoch
  const block = blockOfKnob(name)
  if (block !== undefined) return isHeld(freeze, block, epoch + 1) ? 0 : 1
  const every = stepsOfKnob(name)
  if (every !== undefined) return (epoch * steps + step) % every === 0 ? 1 : 0
  throw new FeedalignError(`training has no values for the knob ${name}`)
}

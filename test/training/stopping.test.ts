import { describe, expect, test } from 'vitest'
import type { EpochEvent } from '../../ts/training/events.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import { smallFit } from './small.js'

/** The epochs of a run, which may be long, and how it ended. */
async function trained(changes: Partial<FitOptions>) {
  const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })
  const epochs: EpochEvent[] = []
  for await (const event of fit(
    smallFit({ epochs: 60, validation: 0.25, optimizer, ...changes }),
  )) {
    if (event.event === 'epoch' && event.epoch > 0) epochs.push(event)
    if (event.event === 'done')
      return { errors: epochs.map((one) => one.validationError), done: event }
  }
  throw new Error('the run came to no end')
}

describe('with patience a run ends', () => {
  for (const patience of [1, 3]) {
    test(`after ${patience} epochs without a better validation error`, async () => {
      const { errors, done } = await trained({ patience })
      const best = Math.min(...errors.map((error) => error ?? NaN))
      expect(errors.length).toBe(errors.findIndex((error) => error === best) + 1 + patience)
      expect(done.epochs).toBe(errors.length)
      // It would have gone on otherwise, and what it did is the same.
      const { errors: all } = await trained({ epochs: errors.length + 1 })
      expect(all.slice(0, -1)).toEqual(errors)
    })
  }

  test('when it was stopped and resumed too, and when resumed after its end at once', async () => {
    const whole = await trained({ patience: 3 })
    const checkpoints = temporaryFolder()
    const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })
    const options = smallFit({ epochs: 60, validation: 0.25, optimizer, patience: 3, checkpoints })
    const last = whole.errors.length - 1
    for await (const event of fit(options)) {
      if (event.event === 'progress' && event.epoch === last) break
    }
    const resumed = await trained({ patience: 3, checkpoints, resume: true })
    expect(resumed.done.weightsSha256).toBe(whole.done.weightsSha256)
    expect(resumed.done.epochs).toBe(whole.done.epochs)
    const again = await trained({ patience: 3, checkpoints, resume: true })
    expect(again.errors).toEqual([])
    expect(again.done.weightsSha256).toBe(whole.done.weightsSha256)
  })
})

test('patience without validation examples, or of no epochs, is refused with the cure', () => {
  expect(() => fit(smallFit({ patience: 3 }))).toThrow(/patience needs validation examples: set/)
  const none = smallFit({ patience: 0, validation: 0.25 })
  expect(() => fit(none)).toThrow('patience 0 is not a whole number from 1')
})

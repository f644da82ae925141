import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { checkpointFile, readCheckpoint } from '../../ts/training/checkpoint.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import { finish, smallData, smallFit, values } from './small.js'

const run = (changes: Partial<FitOptions> = {}): Promise<string> => finish(fit(smallFit(changes)))

/** The names of all events. */
async function names(changes: Partial<FitOptions>): Promise<string[]> {
  const seen: string[] = []
  for await (const { event } of fit(smallFit(changes))) seen.push(event)
  return seen
}

describe('leaving the loop early', () => {
  test('ends training and leaves the model as it stands', async () => {
    const started = fit(smallFit())
    const before = started.model.weightsSha256
    for await (const { event } of started) if (event === 'progress') break
    const after = started.model.weightsSha256
    expect(after).not.toBe(before)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(started.model.weightsSha256).toBe(after)
    expect(started.model.read('blocks.0.weight').shape).toEqual([12, 20])
  })

  test('saves what was trained, so that a resumed run ends with the same bits', async () => {
    const checkpoints = temporaryFolder()
    for await (const event of fit(smallFit({ checkpoints }))) {
      if (event.event === 'progress' && event.epoch === 4) break
    }
    expect(await run({ checkpoints, resume: true })).toBe(await run())
  })

  test('at the event of an epoch saves that epoch', async () => {
    const checkpoints = temporaryFolder()
    for await (const event of fit(smallFit({ checkpoints }))) {
      if (event.event === 'epoch' && event.epoch === 2) break
    }
    const { position } = await readCheckpoint(checkpointFile(checkpoints, 'last'))
    expect(position).toMatchObject({ epoch: 2, step: 0 })
  })

  test('by an error of the loop’s own saves too, and passes the error on', async () => {
    const checkpoints = temporaryFolder()
    const failing = async (): Promise<void> => {
      for await (const event of fit(smallFit({ checkpoints }))) {
        if (event.event === 'progress' && event.epoch === 2) throw new RangeError('my own')
      }
    }
    await expect(failing()).rejects.toThrow('my own')
    expect(await run({ checkpoints, resume: true })).toBe(await run())
  })
})

describe('a run is iterated once', () => {
  test('a second loop is an error that says how to go on', async () => {
    const started = fit(smallFit({ epochs: 1 }))
    await finish(started)
    await expect(finish(started)).rejects.toThrow(UsageError)
    await expect(finish(started)).rejects.toThrow(
      /iterated before; call fit\(\) again, with resume/,
    )
  })

  test('two loops at once do not share it', async () => {
    const started = fit(smallFit())
    const [first, second] = await Promise.allSettled([finish(started), finish(started)])
    expect(first).toEqual({ status: 'fulfilled', value: await run() })
    expect(second.status).toBe('rejected')
  })
})

describe('a run', () => {
  test('brings back its best checkpoint when it has ended, and evaluates it', async () => {
    const checkpoints = temporaryFolder()
    const ended = fit(smallFit({ checkpoints, validation: 0.25, test: smallData() }))
    await finish(ended)
    await ended.restore('best')
    const { position } = await readCheckpoint(checkpointFile(checkpoints, 'best'))
    expect(await ended.evaluate('validation')).toMatchObject({
      error: position.best,
      examples: 12,
    })
    expect(await ended.evaluate('test')).toMatchObject({ examples: 40 })
  })

  test('brings back no checkpoint in the middle of its loop', async () => {
    const checkpoints = temporaryFolder()
    const started = fit(smallFit({ checkpoints }))
    for await (const event of started) {
      if (event.event !== 'epoch' || event.epoch < 2) continue
      await expect(started.restore('last')).rejects.toThrow(/before or after the loop, not within/)
      break
    }
    await started.restore('last')
    const without = fit(smallFit())
    await expect(without.restore('last')).rejects.toThrow(/name `checkpoints`/)
  })

  test('is measured on the first 1,000 examples before it trains, on all after', async () => {
    const errors = async (count: number): Promise<(number | undefined)[]> => {
      const targets = Uint32Array.from({ length: count }, (_, i) => (i * i) % 4)
      const test = dataset({ inputs: values(count * 12), shape: [12], targets, classes: 4 })
      const seen: (number | undefined)[] = []
      for await (const event of fit(smallFit({ epochs: 1, test }))) {
        if (event.event === 'epoch') seen.push(event.testError)
      }
      return seen
    }
    const [all, first] = [await errors(1200), await errors(1000)]
    expect(all[0]).toBe(first[0])
    expect(all[1]).not.toBe(first[1])
  })

  test('has no examples that it was not given', async () => {
    const run = fit(smallFit())
    await expect(run.evaluate('test')).rejects.toThrow(/the run has no test examples/)
    await expect(run.evaluate('validation')).rejects.toThrow(/the run has no validation examples/)
  })

  test('says so when it is used after disposal', async () => {
    const gone = fit(smallFit())
    gone[Symbol.dispose]()
    gone[Symbol.dispose]()
    await expect(gone.evaluate('train')).rejects.toThrow('the session is disposed of')
    await expect(finish(gone)).rejects.toThrow('the session is disposed of')
  })
})

describe('a signal that is aborted before the run starts', () => {
  const signal = AbortSignal.abort()

  test('interrupts it before the first step', async () => {
    expect(await names({ signal })).toEqual(['start', 'interrupted'])
    const started = fit(smallFit({ signal }))
    const before = started.model.weightsSha256
    for await (const { event } of started) expect(event).not.toBe('progress')
    expect(started.model.weightsSha256).toBe(before)
  })

  test('leaves a checkpoint to go on from where there was none', async () => {
    const checkpoints = temporaryFolder()
    await names({ signal, checkpoints })
    expect(await run({ checkpoints, resume: true })).toBe(await run())
  })

  test('leaves an older checkpoint as it was', async () => {
    const checkpoints = temporaryFolder()
    await run({ checkpoints, epochs: 1 })
    const file = checkpointFile(checkpoints, 'last')
    const before = readFileSync(file)
    await names({ signal, checkpoints })
    expect(readFileSync(file)).toEqual(before)
  })
})

test('a run whose loss overflows stops, says where, and saves none of it', async () => {
  const checkpoints = temporaryFolder()
  await run({ checkpoints, epochs: 1, network: parseNetwork('12-20-18-4', 'relu') })
  const before = readFileSync(checkpointFile(checkpoints, 'last'))
  const optimizer = optimizers.sgd({ learningRate: 1e30, momentum: 0.5 })
  const network = parseNetwork('12-20-18-4', 'relu')
  await expect(run({ optimizer, network, checkpoints })).rejects.toThrow(
    /in epoch 1, step \d+; .*learning rate/,
  )
  expect(readFileSync(checkpointFile(checkpoints, 'last'))).toEqual(before)
})

const wide = () => dataset({ inputs: values(26), shape: [13], targets: [0, 1] })
const many = () => dataset({ inputs: values(24), shape: [12], targets: [0, 8] })
const floats = () => dataset({ inputs: values(24), shape: [12], targets: values(8) })

const wrong: readonly [string, Partial<FitOptions>, RegExp][] = [
  ['epochs', { epochs: 0 }, /epochs 0 is not a whole number from 1/],
  ['batch', { batch: 1.5 }, /batch 1.5 is not a whole number/],
  ['seed', { seed: -1 }, /seed -1 is not a whole number/],
  ['threads', { threads: NaN }, /threads NaN is not a whole number/],
  ['weightScale', { weightScale: NaN }, /weightScale NaN is not a finite number/],
  ['feedbackScale', { feedbackScale: 0 }, /feedbackScale 0 is not a number above 0, at most 1e6/],
  ['feedbackScale', { feedbackScale: 1e7 }, /feedbackScale 10000000 is not a number above 0/],
  ['feedbackShared', { feedbackShared: 'yes' as never }, /feedbackShared "yes" is not true or/],
  ['augment', { augment: { shift: '2' as never } }, /augment.shift "2" is not a number from 0/],
  ['validation', { validation: 0.99 }, /validation 0.99 leaves none of class 0's 10 examples/],
  ['data', { data: wide() }, /network takes 12 inputs, the data has 13/],
  ['test', { test: wide() }, /network takes 12 inputs, the test data has 13/],
  ['test', { test: many() }, /the test data has 9 classes, the network 4 outputs/],
  ['test', { test: floats() }, /data's targets are labels, the test data's are values/],
]

for (const [what, change, message] of wrong) {
  test(`${what} that cannot be is refused before anything runs: ${message.source}`, () => {
    expect(() => fit(smallFit(change))).toThrow(UsageError)
    expect(() => fit(smallFit(change))).toThrow(message)
  })
}

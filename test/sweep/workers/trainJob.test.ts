/** Jobs in one thread: where they begin, pause, go on and end. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fitOptions } from '../../../ts/config/index.js'
import type { TrialJob } from '../../../ts/sweep/workers/executor.js'
import { trainJob } from '../../../ts/sweep/workers/trainJob.js'
import type { TrainingEvent } from '../../../ts/training/events.js'
import { fit } from '../../../ts/training/fit.js'
import { temporaryFolder } from '../../folders.js'
import { configOf, done, jobOf, someDigits, timeless } from './jobs.js'

const loaded = await someDigits()

interface Given {
  readonly stopped?: () => boolean
  readonly tell?: (event: TrainingEvent) => void
}

const train = (job: TrialJob, { stopped = () => false, tell = () => undefined }: Given = {}) =>
  trainJob(job, { loaded, threads: 1, stopped, tell })

/** Stops once an event is seen. */
function stopAt(wanted: (event: TrainingEvent) => boolean): Required<Given> {
  let seen = false
  return { stopped: () => seen, tell: (event) => (seen ||= wanted(event)) }
}

const isEpoch = (epoch: number) => (event: TrainingEvent) =>
  event.event === 'epoch' && event.epoch === epoch

const checkpoint = ({ folder }: TrialJob): string => join(folder, 'checkpoint-last.bin')

test('a whole trial is what `fit` makes of its configuration, and leaves no folder', async () => {
  const job = jobOf(temporaryFolder())
  const found = done(await train(job))
  const run = fit({ ...fitOptions(job.config, loaded), threads: 1 })
  const errors: unknown[] = []
  for await (const event of run) if (event.event === 'epoch') errors.push(event.validationError)
  expect(found.weightsSha256).toBe(run.model.weightsSha256)
  expect(found.curve.map(({ validationError }) => validationError)).toEqual(errors)
  expect(found.value).toBe(errors.at(-1))
  expect(found.epochs).toBe(4)
  expect(existsSync(job.folder)).toBe(false)
})

test('a short trial writes nothing at all: there need not even be room for its folder', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(done(await train(jobOf(file))).epochs).toBe(4)
})

describe('the same bits, value and curve as a trial in one go', () => {
  const whole = async (changes: Partial<TrialJob> = {}) =>
    timeless(await train(jobOf(temporaryFolder(), changes)))

  test('has one that pauses after its first and third epoch', async () => {
    const job = jobOf(temporaryFolder())
    const first = done(await train({ ...job, to: 1, last: false }))
    const second = done(await train({ ...job, from: 1, to: 3, last: false }))
    expect(existsSync(checkpoint(job))).toBe(true)
    const third = done(await train({ ...job, from: 3 }))
    const curve = [first, second, third].flatMap((part) => [...part.curve])
    expect({ ...timeless(third), curve }).toEqual(await whole())
    expect([first.epochs, second.epochs, third.epochs]).toEqual([1, 3, 4])
    expect(curve.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4])
    expect(existsSync(job.folder)).toBe(false)
  })

  for (const [when, stop] of [
    ['within an epoch', (event: TrainingEvent) => event.event === 'progress' && event.epoch === 3],
    ['after an epoch', isEpoch(2)],
    ['before there is training', isEpoch(0)],
  ] as const) {
    test(`has one that was interrupted ${when}`, async () => {
      const job = jobOf(temporaryFolder())
      expect(await train(job, stopAt(stop))).toEqual({ state: 'interrupted' })
      expect(timeless(await train(job))).toEqual(await whole())
      expect(existsSync(job.folder)).toBe(false)
    })
  }

  test('has one whose checkpoint is damaged, or gone', async () => {
    for (const harm of [
      ({ folder }: TrialJob) => {
        rmSync(folder, { recursive: true })
      },
      (job: TrialJob) => {
        const bytes = readFileSync(checkpoint(job))
        bytes[bytes.length - 50] = (bytes.at(-50) ?? 0) ^ 1
        writeFileSync(checkpoint(job), bytes)
      },
      ({ folder }: TrialJob) => {
        writeFileSync(join(folder, 'trial.json'), '{"to": 4, "cur')
      },
    ]) {
      const job = jobOf(temporaryFolder())
      await train({ ...job, to: 2, last: false })
      harm(job)
      const rest = done(await train({ ...job, from: 2 }))
      const { curve, ...ended } = done(await train(jobOf(temporaryFolder())))
      expect({ ...rest, seconds: 0, curve: [] }).toEqual({ ...ended, seconds: 0, curve: [] })
      expect(curve.slice(-rest.curve.length)).toEqual(rest.curve)
    }
  })

  test('has a paused one whose result was lost and is asked for again', async () => {
    const job = { ...jobOf(temporaryFolder()), to: 2, last: false }
    const told = await train(job)
    expect(await train(job)).toEqual(told)
    // Also where a kill came between its result and its checkpoint.
    rmSync(checkpoint(job))
    expect(await train(job)).toEqual(told)
    const rest = done(await train({ ...job, from: 2, to: 4, last: true }))
    expect(rest.weightsSha256).toBe(done(await train(jobOf(temporaryFolder()))).weightsSha256)
  })

  test('has one whose checkpoint stands at its end while nothing tells of its result', async () => {
    const job = { ...jobOf(temporaryFolder()), to: 2, last: false }
    const told = timeless(await train(job))
    rmSync(join(job.folder, 'trial.json'))
    expect(timeless(await train(job))).toEqual(told)
  })
})

describe('training that stops early for want of better validation errors', () => {
  const config = configOf({ epochs: 40, patience: 1, learningRate: 0.5, seed: 3 })

  test('is done before its last epoch', async () => {
    const found = done(await train(jobOf(temporaryFolder(), { config })))
    expect(found.epochs).toBeLessThan(40)
    expect(found.curve.at(-1)).toMatchObject({ epoch: found.epochs, validationError: found.value })
  })

  test('does not train again in later jobs, and has the same result', async () => {
    const whole = done(await train(jobOf(temporaryFolder(), { config })))
    // A pause beyond the early end, at it, and before it.
    for (const to of [39, whole.epochs, whole.epochs - 1]) {
      const job = jobOf(temporaryFolder(), { config })
      await train({ ...job, to, last: false })
      const epochs: number[] = []
      const tell = (event: TrainingEvent) => {
        if (event.event === 'epoch') epochs.push(event.epoch)
      }
      const found = done(await train({ ...job, from: to }, { tell }))
      const { value, weightsSha256 } = whole
      expect(found).toMatchObject({ value, weightsSha256, epochs: whole.epochs })
      expect(epochs).toEqual(to < whole.epochs ? [whole.epochs] : [])
      expect(existsSync(job.folder)).toBe(false)
    }
  })
})

describe('the metric', () => {
  test('is the test error only where the job says so, and else that is not measured', async () => {
    const { curve } = done(await train(jobOf(temporaryFolder())))
    expect(curve.some((point) => 'testError' in point)).toBe(false)
    const tested = done(await train(jobOf(temporaryFolder(), { metric: 'testError' })))
    expect(tested.value).toBe(tested.curve.at(-1)?.testError)
  })

  test('may be an error or loss of training, also after a pause', async () => {
    for (const metric of ['trainError', 'trainLoss'] as const) {
      const job = jobOf(temporaryFolder(), { metric, config: configOf({ validation: 0 }) })
      await train({ ...job, to: 2, last: false })
      const { value, curve } = done(await train({ ...job, from: 2 }))
      expect(value).toBe(curve.at(-1)?.[metric])
    }
  })

  test('fails a trial that does not tell it', async () => {
    const job = jobOf(temporaryFolder(), { config: configOf({ validation: 0 }) })
    expect(await train(job)).toMatchObject({
      state: 'failed',
      error: 'training does not tell validationError; set examples aside, as validation 0.1 does',
    })
  })
})

describe('a trial fails with its reason', () => {
  test('where its loss is no number any more', async () => {
    const config = configOf({ learningRate: 1e30, rule: 'bp', activation: 'relu' })
    const found = await train(jobOf(temporaryFolder(), { config }))
    const error: unknown = expect.stringMatching(/^the loss became \S+ in epoch 1, step \d+; a/)
    expect(found).toMatchObject({ state: 'failed', error, epochs: 0, curve: [{ epoch: 0 }] })
  })

  test('where its network does not fit the data, or the memory', async () => {
    const wrong: [string, unknown][] = [
      ['700-10', 'the network takes 700 inputs, the data has 784'],
      ['784-1000000-1000000-10', expect.stringMatching(/^the network: needs \d+ MB of memory/)],
    ]
    for (const [network, error] of wrong) {
      const config = configOf({ network })
      const found = await train(jobOf(temporaryFolder(), { config }))
      expect(found).toMatchObject({ state: 'failed', error, epochs: 0, curve: [] })
    }
  })

  test('where its pause cannot be written', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const found = await train({ ...jobOf(file), to: 2, last: false })
    const error: unknown = expect.stringContaining(
      `cannot write ${join(file, '0', 'trial.json')}: `,
    )
    expect(found).toMatchObject({ state: 'failed', error, epochs: 2 })
  })
})

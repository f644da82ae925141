import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { checkpointFile, readCheckpoint, writeCheckpoint } from '../../ts/training/checkpoint.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { built, child, kill, lines } from '../children.js'
import { temporaryFolder } from '../folders.js'
import { finish, smallData, smallFit, values } from './small.js'

afterEach(() => {
  vi.restoreAllMocks()
})

const run = (changes: Partial<FitOptions> = {}): Promise<string> => finish(fit(smallFit(changes)))

/** A folder in which a run of one epoch left its checkpoint. */
async function oneEpoch(changes: Partial<FitOptions> = {}): Promise<string> {
  const checkpoints = temporaryFolder()
  await run({ epochs: 1, checkpoints, ...changes })
  return checkpoints
}

/** Stops a run by its signal; the names of its events. */
async function stopAt(
  options: Partial<FitOptions>,
  at: { epoch: number; step: number },
): Promise<string[]> {
  const stop = new AbortController()
  const seen: string[] = []
  for await (const event of fit(smallFit({ ...options, signal: stop.signal }))) {
    seen.push(event.event)
    if (event.event === 'progress' && event.epoch === at.epoch && event.step >= at.step) {
      stop.abort()
    }
  }
  return seen
}

describe('a run that was stopped and resumed ends with the bits of one that was not', () => {
  for (const [where, at] of [
    ['in the middle of an epoch', { epoch: 3, step: 1 }],
    ['after the last step of an epoch', { epoch: 3, step: 7 }],
    ['after the last step of all', { epoch: 6, step: 7 }],
  ] as const) {
    test(`where it stopped ${where}`, async () => {
      const checkpoints = temporaryFolder()
      const seen = await stopAt({ checkpoints, validation: 0.25 }, at)
      expect(seen.slice(-2)).toEqual(['progress', 'interrupted'])
      const resumed = await run({ checkpoints, resume: true, validation: 0.25 })
      expect(resumed).toBe(await run({ validation: 0.25 }))
    })
  }

  test('where its process was killed', async () => {
    const checkpoints = temporaryFolder()
    const script = `
      import { dataset, fit, optimizers, parseNetwork, rules } from ${JSON.stringify(built('index.js'))}
      const [checkpoints, inputs, labels] = process.argv.slice(1)
      const data = dataset({
        inputs: Float32Array.from(JSON.parse(inputs)), shape: [12], targets: JSON.parse(labels),
      })
      const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })
      const network = parseNetwork('12-20-18-4')
      const run = fit({ network, optimizer, rule: rules.fa(), data, batch: 4, epochs: 6, checkpoints })
      for await (const { event, epoch } of run) {
        if (event !== 'progress') continue
        console.log(epoch)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }`
    const { inputs, targets } = smallData()
    const labels = targets.kind === 'labels' ? targets.labels : []
    const given = [inputs, labels].map((array) => JSON.stringify([...array]))
    const killed = child(script, [checkpoints, ...given])
    for await (const epoch of lines(killed)) if (epoch === '4') break
    await kill(killed)
    const { position } = await readCheckpoint(checkpointFile(checkpoints, 'last'))
    expect(position.epoch).toBe(3)
    expect(await run({ checkpoints, resume: true })).toBe(await run())
  })

  test('where it was killed in a long epoch, of which a minute is lost at most', async () => {
    // A clock of which a minute passes at each look: every call counts as a minute's work.
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (time += 60_000))
    const [checkpoints, copied] = [temporaryFolder(), temporaryFolder()]
    for await (const event of fit(smallFit({ checkpoints }))) {
      if (event.event === 'progress' && event.epoch === 3 && event.step === 6) {
        copyFileSync(checkpointFile(checkpoints, 'last'), checkpointFile(copied, 'last'))
        break
      }
    }
    vi.restoreAllMocks()
    const { position } = await readCheckpoint(checkpointFile(copied, 'last'))
    expect(position).toMatchObject({ epoch: 2, step: 6 })
    expect(await run({ checkpoints: copied, resume: true })).toBe(await run())
  })
})

test('within a minute an epoch is not saved step by step', async () => {
  const checkpoints = temporaryFolder()
  for await (const event of fit(smallFit({ checkpoints }))) {
    if (event.event === 'progress' && event.epoch === 3) {
      const { position } = await readCheckpoint(checkpointFile(checkpoints, 'last'))
      expect(position).toMatchObject({ epoch: 2, step: 0 })
    }
  }
})

test('a run of more epochs goes on from the end of a shorter one', async () => {
  const checkpoints = await oneEpoch()
  expect(await run({ checkpoints, resume: true })).toBe(await run())
})

test('a run that had ended is done at once when resumed', async () => {
  const checkpoints = await oneEpoch()
  const seen: string[] = []
  for await (const { event } of fit(smallFit({ checkpoints, resume: true, epochs: 1 }))) {
    seen.push(event)
  }
  expect(seen).toEqual(['start', 'done'])
})

test('the best checkpoint is the one of the lowest validation error', async () => {
  const checkpoints = temporaryFolder()
  const errors: number[] = []
  for await (const event of fit(smallFit({ checkpoints, validation: 0.25 }))) {
    if (event.event === 'epoch' && event.epoch > 0) errors.push(event.validationError ?? NaN)
  }
  const { position } = await readCheckpoint(checkpointFile(checkpoints, 'best'))
  expect(position.best).toBe(Math.min(...errors))
  expect(position.epoch).toBe(1 + errors.indexOf(Math.min(...errors)))
})

const otherData = () =>
  dataset({ inputs: values(480, 4), shape: [12], targets: Array.from(Array(40), (_, i) => i % 4) })

const others: readonly [string, Partial<FitOptions>, RegExp][] = [
  ['data', { data: otherData() }, /was trained on other data/],
  ['batch', { batch: 8 }, /was trained with batch 4, not 8/],
  ['seed', { seed: 7 }, /was trained with seed 1, not 7/],
  ['validation', { validation: 0.25 }, /was trained with validation 0, not 0.25/],
  ['network', { network: parseNetwork('12-20-4') }, /another network, rule or setting/],
  ['rule', { rule: rules.dfa() }, /another network, rule or setting/],
]

for (const [what, change, message] of others) {
  test(`a checkpoint of another ${what} is refused with the reason`, async () => {
    const checkpoints = await oneEpoch()
    const file = checkpointFile(checkpoints, 'last')
    const refused = run({ checkpoints, resume: true, ...change })
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toThrow(file)
  })
}

test('a position past the end of the run, or of an epoch, is refused', async () => {
  const checkpoints = await oneEpoch({ epochs: 3 })
  const shorter = run({ checkpoints, resume: true, epochs: 2 })
  await expect(shorter).rejects.toThrow(/stands after epoch 3, past the end of a run of 2/)
  const file = checkpointFile(checkpoints, 'last')
  const held = await readCheckpoint(file)
  const { position } = held
  await writeCheckpoint(file, { ...held, position: { ...position, step: 1 } })
  const within = run({ checkpoints, resume: true, epochs: 3 })
  await expect(within).rejects.toThrow(/stands in epoch 4, past the end of a run of 3/)
  await writeCheckpoint(file, { ...held, position: { ...position, step: 11 } })
  const beyond = run({ checkpoints, resume: true })
  await expect(beyond).rejects.toThrow(/stands at step 11 of an epoch, which has 10/)
})

test('to resume without a checkpoint, or without a folder, is an error', async () => {
  const empty = temporaryFolder()
  const file = join(empty, 'checkpoint-last.bin')
  await expect(run({ checkpoints: empty, resume: true })).rejects.toThrow(`cannot read ${file}`)
  expect(() => fit(smallFit({ resume: true }))).toThrow(/resume needs `checkpoints`/)
})

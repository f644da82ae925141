import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  aggregates,
  findPruner,
  findSampler,
  Space,
  Study,
  sweep,
  type SweepEvent,
  type SweepOptions,
} from '../../ts/index.js'
import { temporaryFolder } from '../folders.js'

const options = {
  trials: 4,
  workers: 2,
  train: { network: '784-8-10', epochs: 2, validation: 0.2 },
  parameters: { learningRate: { min: 0.01, max: 0.3, log: true } },
} satisfies SweepOptions

/** The values of all trials, by number, and how the sweep ended. */
async function values(place: Parameters<typeof sweep>[1], enough = Infinity) {
  const found: SweepEvent[] = []
  for await (const event of sweep(options, place)) {
    if (event.event === 'result') found.push(event)
    if (found.length >= enough) break
  }
  return found.flatMap((one) => (one.event === 'result' ? [`${one.trial} ${one.value}`] : []))
}

test('a sweep runs from code as from the command line, and goes on where its loop was left', async () => {
  const whole = await values({ folder: join(temporaryFolder(), 'whole') })
  expect(whole).toHaveLength(4)
  const folder = join(temporaryFolder(), 'left')
  const first = await values({ folder }, 2)
  const rest = await values({ folder, resume: true })
  const known = [...first, ...rest]
  // A result that came while the loop was being left is in the journal, and was not told.
  for (const value of known) expect(whole).toContain(value)
  expect(new Set(known).size).toBe(known.length)
  await expect(values({ folder })).rejects.toThrow(/holds a sweep/)
})

test('a sweep of other settings does not go on from a folder', async () => {
  const folder = join(temporaryFolder(), 'run')
  await values({ folder })
  const other = sweep({ ...options, seed: 2 }, { folder, resume: true })
  await expect(other.next()).rejects.toThrow(/^seed: 2 here, 1 in the sweep that .* holds/)
})

test('a sweep does not go on on data that have changed', async () => {
  const folder = temporaryFolder()
  const data = join(folder, 'own.csv')
  const rows = (first: number): string =>
    Array.from({ length: 40 }, (_, i) => `${first + i},${i % 7},${i % 2}`).join('\n')
  const train = { ...options.train, data, network: '2-2' }
  const begun = async (first: number, resume: boolean): Promise<void> => {
    writeFileSync(data, rows(first))
    const place = { folder: join(folder, 'run'), resume }
    for await (const event of sweep({ ...options, train }, place)) expect(event).toBeDefined()
  }
  await begun(0, false)
  await begun(0, true)
  await expect(begun(1, true)).rejects.toThrow(/^the data, SHA-256: \w{64} here, \w{64} in the/)
})

test('code of one’s own asks for what to try and tells what it came to', () => {
  const space = new Space({ x: { min: -2, max: 2 }, y: { choices: [0, 1] } })
  const study = new Study({
    sampler: findSampler('tpe', { space, seed: 1 }),
    pruner: findPruner('none'),
    configurations: 60,
    repeats: 1,
    epochs: 1,
    delay: 1,
    aggregate: aggregates.mean,
  })
  for (let job = study.ask(); job !== undefined; job = study.ask()) {
    const { x, y } = job.parameters
    study.tell({ trial: job.trial, to: job.to, value: (Number(x) - 1) ** 2 + Number(y) })
  }
  expect(study.finished).toBe(true)
  const best = study.outcomes().sort((a, b) => a.value - b.value)[0]
  expect(best?.parameters['y']).toBe(0)
  expect(best?.value).toBeLessThan(0.05)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { feedalign, start } from '../command.js'
import { exported, folderOf, journal, succeed, swept, tiny, withoutTime } from './sweeps.js'

const LONG = process.env['FEEDALIGN_LONG'] !== undefined

/** Enough work to be met in its middle. */
const work = {
  trials: 24,
  repeats: 2,
  pruner: { name: 'asha', eta: 3 },
  train: { network: '784-64-10', epochs: 9, validation: 0.2 },
}

const begin = ['sweep', 'spec.json', '--out', 'run', '--json']
const resume = ['sweep', 'resume', 'run', '--json']

const results = (folder: string): string[] =>
  journal(folder).flatMap((one) => (one.event === 'result' ? [`${one.trial} ${one.to}`] : []))

/** Kills a sweep, so often at most, and resumes it, to its end in the end; returns how often. */
async function killed(folder: string, most: number): Promise<number> {
  let done = 0
  for (let kills = 0; kills < most; kills++) {
    const run = start(kills === 0 ? begin : resume, folder)
    await run.until('"event":"sweep"')
    await setTimeout(Math.random() * (LONG ? 300 : 600))
    run.child.kill('SIGKILL')
    const { signal } = await run.end
    if (signal !== 'SIGKILL') return kills
    expect(results(folder).length).toBeGreaterThanOrEqual(done)
    done = results(folder).length
  }
  await succeed([...resume.slice(0, -1), '--quiet'], folder)
  return most
}

test(
  'killed at random moments and resumed, a sweep comes to the same, and does nothing twice',
  async () => {
    const whole = (await exported(await swept(work), '--all')).map(withoutTime)
    for (let left = LONG ? 50 : 5; left > 0;) {
      const folder = folderOf(work)
      left -= await killed(folder, left)
      expect((await exported(folder, '--all')).map(withoutTime)).toEqual(whole)
      expect(new Set(results(folder)).size).toBe(results(folder).length)
    }
  },
  LONG ? 1_200_000 : undefined,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`stopped by ${signal}, it saves, says how to go on, exits 130, and goes on`, async () => {
    const folder = folderOf(work)
    const run = start(begin, folder)
    await run.until('"event":"result"')
    run.child.kill(signal)
    const { code, err } = await run.end
    expect(code).toBe(130)
    expect(err).toMatch(
      /stopped with \d+ of 48 trials done; go on with: feedalign sweep resume run\n$/,
    )
    expect(journal(folder).at(-1)).toMatchObject({ event: 'end', reason: 'stopped' })
    expect(await succeed(['sweep', 'status', 'run'], folder)).toMatch(
      /^run: 48 trials, stopped; go on/,
    )
    await succeed(['sweep', 'resume', 'run', '--quiet'], folder)
    expect(journal(folder).at(-1)).toMatchObject({ event: 'end', reason: 'finished' })
  })
}

test('another process is kept out, sees how far it is, and can stop it', async () => {
  // Trials that last until they are stopped, so that one is at work whenever this is looked at.
  const folder = folderOf({ trials: 4, train: { ...work.train, epochs: 10_000 } })
  const run = start(begin, folder)
  await run.until('"event":"start"')
  const { status, stderr } = feedalign(['sweep', 'resume', 'run'], folder)
  expect(stderr).toMatch(new RegExp(`process ${run.child.pid} on .* is at work on this sweep`))
  expect(status).toBe(1)
  const told = await succeed(['sweep', 'status', 'run'], folder)
  expect(told).toContain(`process ${run.child.pid} on `)
  expect(told).toMatch(/\d running/)
  await succeed(['sweep', 'stop', 'run'], folder)
  expect((await run.end).code).toBe(130)
  expect(feedalign(['sweep', 'stop', 'run'], folder).stderr).toMatch(/no process is at work on it/)
})

test('out of time, it ends in order and well, and goes on', async () => {
  const folder = folderOf(work)
  const { status, stderr } = feedalign([...begin, '--time', '0.5s'], folder)
  expect(stderr).toMatch(/out of time with \d+ of 48 trials done; go on with/)
  expect(status).toBe(0)
  await succeed(['sweep', 'resume', 'run', '--time', '1h', '--quiet'], folder)
  expect(journal(folder).at(-1)).toMatchObject({ event: 'end', reason: 'finished' })
})

test('a finished sweep goes on to more configurations, by the same numbers', async () => {
  const folder = await swept({ trials: 4 })
  await succeed(['sweep', 'resume', 'run', '--trials', '7', '--quiet'], folder)
  expect(await exported(folder)).toEqual(await exported(await swept({ trials: 7 })))
  const { status, stderr } = feedalign(['sweep', 'resume', 'run', '--trials', '5'], folder)
  expect(stderr).toMatch(/--trials: 5 is fewer than the 7 begun already/)
  expect(status).toBe(2)
})

describe('a changed spec', () => {
  const other = { ...tiny, trials: 6, seed: 2 }

  test('is refused with what is different, unless forced', async () => {
    const folder = await swept({ trials: 3 })
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(other))
    const again = ['sweep', 'resume', 'run', '--spec', 'spec.json', '--quiet']
    const { status, stderr } = feedalign(again, folder)
    expect(stderr).toMatch(/spec\.json: seed: 2 here, 1 in the sweep that run holds; .* --force/)
    expect(status).toBe(2)
    const before = await exported(folder)
    await succeed([...again, '--force'], folder)
    expect((await exported(folder)).slice(0, 3)).toEqual(before)
    expect(await exported(folder)).toHaveLength(6)
  })

  test('with other repeats is refused although forced', async () => {
    const folder = await swept({ trials: 2 })
    writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...tiny, repeats: 2 }))
    const again = ['sweep', 'resume', 'run', '--spec', 'spec.json', '--force']
    const { status, stderr } = feedalign(again, folder)
    expect(stderr).toMatch(/repeats: 2 here, 1 in .*, whose trials are numbered by it/)
    expect(status).toBe(2)
  })

  test('that changes no result is taken', async () => {
    const folder = await swept({ trials: 2 })
    const same = { ...tiny, trials: 3, workers: 1, time: '1h' }
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(same))
    await succeed(['sweep', 'resume', 'run', '--spec', 'spec.json', '--quiet'], folder)
    expect(await exported(folder)).toHaveLength(3)
  })
})

test('changed data are refused with what is different, unless forced', async () => {
  const folder = folderOf({
    trials: 2,
    train: { data: 'own.csv', network: '2-2', validation: 0.2 },
  })
  const data = (count: number): void => {
    const rows = Array.from({ length: count }, (_, i) => `${i},${i % 7},${i % 2}`)
    writeFileSync(join(folder, 'own.csv'), rows.join('\n'))
  }
  data(40)
  await succeed(['sweep', 'spec.json', '--out', 'run', '--quiet'], folder)
  const before = journal(folder)
  data(50)
  const again = ['sweep', 'resume', 'run', '--trials', '3', '--quiet']
  const { status, stderr } = feedalign(again, folder)
  expect(stderr).toMatch(/data, training examples: \d+ here, \d+ in .* run holds; .* --force/)
  expect(status).toBe(2)
  expect(journal(folder)).toEqual(before)
  await succeed([...again, '--force'], folder)
  expect(await exported(folder)).toHaveLength(3)
})

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { events, feedalign as run } from '../command.js'
import { exported, folderOf, journal, jsonLines, succeed, swept, withoutTime } from './sweeps.js'

const LONG = process.env['FEEDALIGN_LONG'] !== undefined

const grid = {
  sampler: 'grid',
  trials: undefined,
  parameters: {
    rule: { choices: ['bp', 'fa'] },
    batch: { choices: [32, 64] },
    seed: { choices: [1, 2] },
  },
}
const asha = {
  trials: 9,
  train: { network: '784-8-10', epochs: 3, validation: 0.2 },
  pruner: { name: 'asha', eta: 3 },
}

/** What differs in how a sweep chooses; a share of it where there is little time. */
const kinds: readonly object[] = [
  { ...asha, repeats: 2 },
  { sampler: { name: 'tpe', startup: 2 }, trials: 10, delay: 2 },
  ...(LONG ? [grid, { sampler: 'random' }, { sampler: 'sobol' }] : []),
]
const workers = LONG ? [2, 4] : [4]

describe('a sweep comes to the same bits', () => {
  for (const kind of kinds) {
    test(`for one worker and for more: ${JSON.stringify(kind)}`, async () => {
      const one = await exported(await swept(kind, '--workers', '1'), '--all')
      for (const count of workers) {
        const more = await exported(await swept(kind, '--workers', String(count)), '--all')
        expect(more.map(withoutTime)).toEqual(one.map(withoutTime))
      }
    })
  }
})

test('export prints a line for each trial with what was chosen, and nothing else', async () => {
  const folder = await swept({ repeats: 2, trials: 3 })
  const rows = await exported(folder)
  expect(rows.map(({ trial }) => trial)).toEqual([0, 1, 2, 3, 4, 5])
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['trial', 'parameters', 'metric', 'state', 'seed', 'epochs'])
    expect(row).toMatchObject({ state: 'completed', seed: 1 + (row.trial % 2), epochs: 2 })
    expect(row.metric).toBeGreaterThan(0)
    expect(row.metric).toBeLessThan(1)
  }
  const csv = (await succeed(['sweep', 'export', 'run'], folder)).trimEnd().split('\n')
  expect(csv[0]).toBe(
    'trial,parameters.rule,parameters.learningRate,parameters.momentum,metric,state,seed,epochs',
  )
  expect(csv).toHaveLength(7)
})

test('the best configuration, as it is printed, is trained to the same bits', async () => {
  const folder = await swept({ trials: 4 })
  const [best] = jsonLines(await succeed(['sweep', 'top', 'run', '--json', '-n', '1'], folder)) as [
    { configuration: number },
  ]
  const hash = (await exported(folder, '--all'))[best.configuration]?.weightsSha256
  const config = await succeed(['sweep', 'best', 'run', '--format', 'json'], folder)
  expect(trainedHash(['--config', written(folder, config)], folder)).toBe(hash)
  const command = (await succeed(['sweep', 'best', 'run', '--format', 'cmd'], folder)).trim()
  expect(command).toMatch(/^feedalign train --data digits --network 784-8-10 /)
  expect(trainedHash(command.split(' ').slice(2), folder)).toBe(hash)
})

function written(folder: string, text: string): string {
  const file = join(folder, 'best.json')
  writeFileSync(file, text)
  return file
}

const trainedHash = (flags: readonly string[], folder: string): unknown =>
  events(['train', ...flags, '--no-save'], folder).at(-1)?.weightsSha256

test('the best is that by all repeats, not that of one', async () => {
  const folder = await swept({ repeats: 3, trials: 5, rank: 'median' })
  const top = jsonLines(await succeed(['sweep', 'top', 'run', '--json'], folder)) as {
    value: number
    values: number[]
  }[]
  const medians = top.map(({ values }) => [...values].sort((a, b) => a - b)[1])
  expect(top.map(({ value }) => value)).toEqual(medians)
  expect(medians).toEqual([...medians].sort((a = 0, b = 0) => a - b))
})

test('pruned trials are told from those that were trained in full', async () => {
  const rows = await exported(await swept(asha))
  const epochs = rows.map(({ state, epochs }) => `${state} ${epochs}`)
  expect(new Set(epochs)).toEqual(new Set(['pruned 1', 'completed 3']))
  const { length } = epochs.filter((one) => one === 'completed 3')
  expect(length).toBeGreaterThanOrEqual(3)
  expect(length).toBeLessThan(9)
})

test('a finished sweep keeps no checkpoints, and says what there is to be said', async () => {
  const folder = await swept(asha)
  expect(existsSync(join(folder, 'run', 'trials'))).toBe(false)
  const status = await succeed(['sweep', 'status', 'run'], folder)
  expect(status).toMatch(/^run: 9 trials, finished\n\d completed, \d pruned\n\d\d epochs in /)
  expect(status).toMatch(
    /\nbest validation error \d+\.\d+ %: configuration \d after 3 epochs, rule=/,
  )
})

test('a dry run counts, estimates, and writes nothing', async () => {
  const folder = folderOf({ repeats: 3 })
  const told = await succeed(['sweep', 'spec.json', '--dry-run', '--workers', '2'], folder)
  expect(told).toMatch(
    /^6 configurations × 3 repeats = 18 trials, 36 epochs at most\nabout \d+:\d\d /,
  )
  expect(readdirSync(folder)).toEqual(['spec.json'])
})

test('flags alone are a sweep too, and go over a spec', async () => {
  const folder = folderOf()
  const flags = ['--set', 'validation=0.2', '--set', 'network=784-8-10', '--set', 'epochs=1']
  const parameters = ['--parameter', 'rule=bp,fa', '--parameter', 'batch=32:64:int:step=32']
  const own = ['sweep', ...flags, ...parameters, '--sampler', 'grid', '--out', 'run', '--quiet']
  await succeed(own, folder)
  expect((await exported(folder)).map(({ parameters }) => parameters)).toEqual([
    { rule: 'bp', batch: 32 },
    { rule: 'bp', batch: 64 },
    { rule: 'fa', batch: 32 },
    { rule: 'fa', batch: 64 },
  ])
  const over = ['sweep', 'spec.json', '--trials', '2', '--seed', '9', '--out', 'other', '--quiet']
  await succeed([...over, '--pruner', 'asha,eta=2'], folder)
  const [first] = jsonLines(await succeed(['sweep', 'status', 'other', '--json'], folder))
  expect(first).toMatchObject({ trials: 2, end: 'finished' })
})

test('with --json every event is a line, in the order of what happened', async () => {
  const folder = folderOf({ trials: 2 })
  const out = await succeed(['sweep', 'spec.json', '--out', 'run', '--json'], folder)
  const events = jsonLines(out) as { event: string; trial?: number; done?: number }[]
  expect(events[0]).toMatchObject({ event: 'sweep', configurations: 2, done: 0, onTest: false })
  expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'finished', done: 2, failed: 0 })
  const first = events.filter(({ trial }) => trial === 0).map(({ event }) => event)
  expect(first).toEqual(['start', 'epoch', 'epoch', 'epoch', 'result'])
})

test('where there is no terminal, each result is a plain line without escapes', () => {
  const folder = folderOf({ trials: 2 })
  const { stderr, stdout } = run(['sweep', 'spec.json', '--out', 'run'], folder)
  expect(stderr).toMatch(/^2 configurations in run\n/)
  expect(stderr).toMatch(/\ntrial 0 {2}validation error \d+\.\d\d % after epoch 2 {2}seed=1 rule=/)
  expect(stdout).toMatch(/^best validation error \d+\.\d\d %: configuration [01], rule=/)
  expect(stderr + stdout).not.toContain('\x1b')
})

test('what was chosen on the test set is marked wherever it is shown', () => {
  const folder = folderOf({ metric: 'testError', trials: 2 })
  const refused = run(['sweep', 'spec.json', '--out', 'run'], folder)
  expect(refused.status).toBe(2)
  expect(refused.stderr).toMatch(/spec\.json: metric: "testError" would choose by the test set/)
  const forced = run(['sweep', 'spec.json', '--out', 'run', '--allow-test'], folder)
  expect(forced.stdout).toMatch(/^best TEST error .*chosen on the test set/)
  for (const command of ['status', 'top', 'best', 'export']) {
    const { stdout, stderr } = run(['sweep', command, 'run'], folder)
    expect(stdout + stderr).toContain('chosen on the test set')
  }
  expect(journal(folder)[0]).toMatchObject({ spec: { metric: 'testError', allowTest: true } })
})

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { feedalign } from '../command.js'
import { feedalignHere } from '../here.js'
import { exported, folderOf, journal, succeed, swept, tiny } from './sweeps.js'

/** What is wrong, what the spec has otherwise, more flags, and the message. */
const wrong: readonly [string, object, string[], RegExp][] = [
  ['an unknown option', { pruners: 'asha' }, [], /spec\.json: pruners: no such key; did you mean/],
  [
    'an unknown setting of train',
    { train: { ...tiny.train, epoch: 3 } },
    [],
    /spec\.json: train\.epoch: no such key; did you mean "epochs"\?/,
  ],
  [
    'an empty range',
    { parameters: { momentum: { min: 0.9, max: 0.1 } } },
    [],
    /parameters\.momentum\.min: 0\.9 is not below max, 0\.1/,
  ],
  [
    'the logarithm of zero',
    { parameters: { learningRate: { min: 0, max: 0.1, log: true } } },
    [],
    /parameters\.learningRate\.min: 0 has no logarithm; give a min above 0, or leave out "log"/,
  ],
  [
    'a grid over a float without a step',
    { sampler: 'grid' },
    [],
    /parameters\.learningRate: a grid has no place for all of a range; give it a step, or choices/,
  ],
  [
    'a condition on a missing parameter',
    { parameters: { momentum: { min: 0, max: 0.9, when: { rule: ['bp'] } } } },
    [],
    /parameters\.momentum\.when\.rule: there is no such parameter/,
  ],
  ['repeats 0', { repeats: 0 }, [], /spec\.json: repeats: 0 is not a whole number from 1/],
  ['a bad flag', {}, ['--repeats', 'x'], /--repeats: "x" is not a whole number from 1/],
  ['a bad time', {}, ['--time', '2w'], /--time: "2w" is not a time such as 90s, 45m, 2h/],
  [
    'a bad choice',
    {},
    ['--on-error', 'stp'],
    /--on-error: "stp" is none of .* did you mean "stop"/,
  ],
  ['a bad option', {}, ['--pruner', 'asha,eta=1'], /--pruner\.eta: 1 is not a whole number from 2/],
  ['a bad parameter', {}, ['--parameter', 'batch'], /--parameter "batch" is not KEY=MIN:MAX/],
  [
    'a choice that no training has',
    { parameters: { rule: { choices: ['bp', 'dfaa'] } } },
    [],
    /parameters\.rule: unknown rule "dfaa"; did you mean "dfa"\?/,
  ],
  ['no such flag', {}, ['--trial', '3'], /unknown option '--trial' \(Did you mean --trials\?\)/],
]

for (const [what, told, flags, message] of wrong) {
  test(`${what} is told in one line, and nothing is written`, async () => {
    const folder = folderOf(told)
    const { status, stdout, stderr } = await feedalignHere(
      ['sweep', 'spec.json', '--out', 'run', ...flags],
      folder,
    )
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(existsSync(join(folder, 'run'))).toBe(false)
  })
}

test('neither a spec nor a parameter is no sweep', async () => {
  const { status, stderr } = await feedalignHere(['sweep'])
  expect(stderr).toMatch(/name a spec, as feedalign sweep spec\.json, or give a --parameter/)
  expect(status).toBe(2)
})

test('a folder without a sweep is told of by every command', async () => {
  for (const command of ['status', 'resume', 'top', 'best', 'export', 'report', 'stop']) {
    const { status, stderr } = await feedalignHere(['sweep', command, 'none'])
    expect(stderr).toMatch(/^feedalign: none(: no process| holds no sweep)/)
    expect(status).toBe(1)
  }
})

describe('a trial that fails', () => {
  const failing = {
    sampler: 'grid',
    trials: undefined,
    train: { epochs: 1, validation: 0.2 },
    parameters: {
      network: { choices: ['784-8-10', '784-900000-900000-10'] },
      learningRate: { choices: [0.05, 1e30] },
    },
  }

  test('does so alone, with its reason, and can be tried again', async () => {
    const folder = await swept(failing)
    const rows = await exported(folder, '--all')
    expect(rows.map(({ state }) => state)).toEqual(['completed', 'failed', 'failed', 'failed'])
    expect(rows[1]?.error).toMatch(/the loss became .* in epoch 1/)
    expect(rows[2]?.error).toMatch(/memory/)
    expect(rows[1]?.metric).toBeNull()
    const status = await succeed(['sweep', 'status', 'run'], folder)
    expect(status).toMatch(/1 completed, 3 failed/)
    await succeed(['sweep', 'retry', '--failed', 'run', '--quiet'], folder)
    const ends = journal(folder).filter(({ event }) => event === 'result')
    expect(ends).toHaveLength(1 + 3 + 3)
    expect((await exported(folder, '--all')).map(({ state }) => state)).toEqual(
      rows.map(({ state }) => state),
    )
  })

  test('ends the sweep where that is told, which can then go on', async () => {
    const folder = folderOf(failing)
    const flags = ['--workers', '1', '--on-error', 'stop', '--quiet']
    const { status, stderr } = feedalign(['sweep', 'spec.json', '--out', 'run', ...flags], folder)
    expect(stderr).toMatch(/trial 1 failed: .*; go on with: feedalign sweep resume run\n$/)
    expect(status).toBe(1)
    await succeed(['sweep', 'resume', 'run', '--on-error', 'continue', '--quiet'], folder)
    const states = (await exported(folder)).map(({ state }) => state)
    expect(states).toEqual(['completed', 'failed', 'failed', 'failed'])
  })
})

describe('a sweep is not begun', () => {
  test('in a folder that holds one, which stays as it is', async () => {
    const folder = await swept({ trials: 2 })
    const before = readFileSync(join(folder, 'run', 'journal.jsonl'), 'utf8')
    const { status, stderr } = feedalign(['sweep', 'spec.json', '--out', 'run'], folder)
    expect(stderr).toMatch(/run holds a sweep: go on with it by feedalign sweep resume/)
    expect(status).toBe(1)
    expect(readFileSync(join(folder, 'run', 'journal.jsonl'), 'utf8')).toBe(before)
  })

  test('where nothing can be written', () => {
    const folder = folderOf()
    const { status, stderr } = feedalign(['sweep', 'spec.json', '--out', '/proc/none'], folder)
    expect(stderr).toMatch(/^feedalign: cannot write to \/proc\/none: /)
    expect(status).toBe(1)
  })
})

test('a journal damaged in its middle is told with its line, and not written to', async () => {
  const folder = await swept({ trials: 2 })
  const file = join(folder, 'run', 'journal.jsonl')
  const damaged = readFileSync(file, 'utf8').replace('"slot":1', '"slot":7')
  writeFileSync(file, damaged)
  for (const command of ['status', 'resume']) {
    const { status, stderr } = await feedalignHere(['sweep', command, 'run'], folder)
    expect(stderr).toMatch(/journal\.jsonl: line \d+, at byte \d+, is damaged/)
    expect(status).toBe(1)
  }
  expect(readFileSync(file, 'utf8')).toBe(damaged)
})

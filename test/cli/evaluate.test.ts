import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { records, small } from './command.js'
import { eventsHere, feedalignHere } from './here.js'

const validated = [...small, '--epochs', '3', '--validation', '0.2']

/** What `evaluate --json` prints. */
interface Found {
  readonly error: number
  readonly loss: number
  readonly examples: number
}

async function evaluate(folder: string, ...args: string[]): Promise<Found> {
  const { status, stdout, stderr } = await feedalignHere(['evaluate', folder, '--json', ...args])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout) as Found
}

test('evaluate finds what training found, on each split and for each checkpoint', async () => {
  const folder = join(temporaryFolder(), 'run')
  const done = (await eventsHere(['train', ...validated, '--out', folder])).at(-1)
  const test = await evaluate(folder)
  expect(test).toMatchObject({ error: done?.testError, examples: 1996 })
  const lines = records(folder, 'metrics.jsonl') as unknown as { validationError: number }[]
  const [, ...errors] = lines.map(({ validationError }) => validationError)
  const validation = ['--split', 'validation']
  const last = await evaluate(folder, ...validation)
  expect(last.error).toBe(errors.at(-1))
  const best = await evaluate(folder, ...validation, '--checkpoint', 'best')
  expect(best.error).toBe(Math.min(...errors))
  const train = await evaluate(folder, '--split', 'train')
  expect(train.examples + last.examples).toBe(8004)
  expect(train.loss).toBeGreaterThan(0)
  expect(await evaluate(folder, '--engine', 'native', '--threads', '2')).toEqual(test)
})

test('evaluate prints per cent, and says what a run does not have', async () => {
  const folder = join(temporaryFolder(), 'run')
  await eventsHere(['train', ...small, '--epochs', '1', '--out', folder])
  const { stdout } = await feedalignHere(['evaluate', folder])
  expect(stdout).toMatch(/^digits test: error \d+\.\d\d %, loss \d\.\d{4}, 1996 examples\n$/)
  const wrong: [string[], number, RegExp][] = [
    [[folder, '--split', 'validation'], 2, /the run has no validation examples/],
    [[folder, '--checkpoint', 'best'], 1, /cannot read .*checkpoint-best\.bin/],
    [[join(folder, 'none')], 1, /no run in .*: no such folder/],
    [[folder, '--data', 'mnits'], 2, /--data: unknown data set "mnits"/],
  ]
  for (const [args, code, message] of wrong) {
    const { status, stderr } = await feedalignHere(['evaluate', ...args])
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(code)
  }
})

const mnist = process.env['FEEDALIGN_DATA']

test.skipIf(mnist === undefined)('evaluate takes another data set than the run’s own', async () => {
  const folder = join(temporaryFolder(), 'run')
  await eventsHere(['train', ...small, '--epochs', '2', '--out', folder])
  const found = await evaluate(folder, '--data', 'mnist', '--data-dir', mnist ?? '')
  expect(found.examples).toBe(10_000)
  expect(found.error).toBeLessThan(0.25)
})

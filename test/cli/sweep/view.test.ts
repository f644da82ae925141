import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sweepPrinter } from '../../../ts/cli/sweep/view.js'
import type { SweepEvent } from '../../../ts/sweep/events.js'

const count = { done: 0, failed: 0, trials: 6, epochs: 0 }
const piece = { repeat: 0, parameters: { rule: 'fa' }, from: 0, to: 2, last: true, seed: 1 }
const trial = (number: number) => ({ ...piece, trial: number, configuration: number })
const best = { configuration: 0, parameters: { rule: 'fa' }, epochs: 2, value: 0.125 }

const begun: SweepEvent = {
  ...count,
  event: 'sweep',
  folder: 'run',
  configurations: 6,
  repeats: 1,
  total: 12,
  metric: 'validationError',
  onTest: false,
  best: undefined,
}
const progress: SweepEvent = {
  ...trial(1),
  event: 'progress',
  epoch: 2,
  step: 2,
  steps: 4,
  trainLoss: 0.5,
  samplesPerSecond: 1,
  etaSeconds: 1,
}
const result = { ...trial(0), ...count, event: 'result', value: 0.125, done: 1, epochs: 2, best }
const after = { ...count, done: 2, failed: 1, epochs: 4, best }
const failed = { ...trial(2), ...after, event: 'failed', error: 'the loss became NaN' }
const end = { ...after, event: 'end', reason: 'stopped', seconds: 1 }

const escape = '\x1b'
const pieces = new RegExp(`${escape}\\[\\d+A|${escape}\\[J|\\r|\\n|[^${escape}\\r\\n]+`, 'g')

/** Standard error as a terminal of some columns; `lines` are what it shows. */
function terminal(columns: number) {
  let [lines, row]: [string[], number] = [[''], 0]
  const write = (text: string): boolean => {
    for (const [part] of text.matchAll(pieces)) {
      if (part === '\n') lines[++row] ??= ''
      else if (part === `${escape}[J`) lines = [...lines.slice(0, row), '']
      else if (part.startsWith(escape)) row -= Number(part.slice(2, -1))
      else if (part !== '\r') lines[row] = part
    }
    return true
  }
  const { stderr } = process
  const before = { isTTY: stderr.isTTY, columns: stderr.columns, rows: stderr.rows }
  Object.assign(stderr, { isTTY: true, columns, rows: 20 })
  const spy = vi.spyOn(stderr, 'write').mockImplementation((text) => write(String(text)))
  onTestFinished(() => {
    spy.mockRestore()
    Object.assign(stderr, before)
  })
  return () => lines.filter((line) => line !== '')
}

test('on a terminal the best, the running and the failed trials are drawn anew in their place', async () => {
  const lines = terminal(200)
  const print = sweepPrinter({})
  print(begun)
  expect(lines()).toEqual(['0 of 6 trials', 'no result yet'])
  for (const event of [{ ...trial(0), event: 'start' }, progress, result, failed]) {
    print(event as SweepEvent)
  }
  // Longer than between two drawings.
  await setTimeout(150)
  print(progress)
  expect(lines()).toEqual([
    expect.stringMatching(/^2 of 6 trials {2}1 failed {2}\S+ results a minute {2}ETA \d+:\d\d$/),
    'best validation error 12.50 %: configuration 0 after 2 epochs, rule=fa',
    '  trial 1  ████████░░ epoch 1.5/2  loss 0.500  rule=fa',
    'trial 2 failed: the loss became NaN  rule=fa',
  ])
  print({ ...trial(1), event: 'interrupted' })
  print(end as SweepEvent)
  expect(lines()[0]).toMatch(/^2 of 6 trials {2}1 failed/)
  expect(lines()).toHaveLength(3)
})

test('no line is longer than the terminal is wide', () => {
  const lines = terminal(20)
  const print = sweepPrinter({})
  for (const event of [begun, progress, result, failed, end]) print(event as SweepEvent)
  for (const line of lines()) expect(line.length).toBeLessThan(20)
  expect(lines()).toHaveLength(4)
})

test('quiet, nothing is written but what is asked for', () => {
  const lines = terminal(80)
  const print = sweepPrinter({ quiet: true })
  for (const event of [begun, progress, result, failed, end]) print(event as SweepEvent)
  expect(lines()).toEqual([])
})

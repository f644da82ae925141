import { expect, test } from 'vitest'
import {
  cells,
  errorPoints,
  rows,
  startSettings,
  type RuleEvent,
} from '../../ts/report/comparison.js'
import { comparisonPage, type Comparison } from '../../ts/report/comparison-page.js'
import { start } from './start.js'
import { lines } from './svg.js'

/** Two epochs of a rule. */
function run(
  rule: string,
  learningRate: number,
  errors: number[],
  angle: number | null,
): RuleEvent[] {
  const epochs = errors.map((testError, epoch): RuleEvent => ({
    event: 'epoch',
    rule,
    epoch,
    trainLoss: epoch === 0 ? null : 0.5,
    trainError: epoch === 0 ? null : testError / 2,
    testError,
    angles: [angle === null ? null : angle - epoch],
    blocks: [],
    seconds: epoch * 10,
    samplesPerSecond: 1000,
  }))
  return [{ ...start, rule, learningRate }, ...epochs]
}

function done(rule: string, testError: number): RuleEvent {
  return { event: 'done', rule, testError, epochs: 2, seconds: 20, weightsSha256: '' }
}

const bp = [...run('bp', 0.1, [0.9, 0.2, 0.1], 45), done('bp', 0.1)]
const shallow = [...run('shallow', 0.05, [0.9, 0.4, 0.3125], null), done('shallow', 0.3125)]

function comparison(events: RuleEvent[], changes: Partial<Comparison> = {}): Comparison {
  const data = { name: 'digits', title: 'some digits', sample: false, train: 8004, test: 1996 }
  const rules = ['bp', 'shallow']
  return { version: '1.2.3', data, rules, settings: { schedule: 'cosine' }, events, ...changes }
}

test('the table has a row for each rule that came to its end, with its last figures', () => {
  expect(cells(rows([...bp, ...run('fa', 0.05, [0.9], 90), ...shallow]))).toEqual([
    { rule: 'bp', 'test error': '10.00 %', time: '0:20', 'samples/s': '1000', angles: '43°' },
    { rule: 'shallow', 'test error': '31.25 %', time: '0:20', 'samples/s': '1000', angles: '–' },
  ])
})

test('curves of error begin after the first epoch: before it is only chance', () => {
  const epochs = errorPoints(bp).map(({ x, kind }) => `${kind ?? ''} ${x}`)
  expect(epochs).toEqual(['test 1', 'test 2', 'train 1', 'train 2'])
})

test('settings that differ between rules name the rule', () => {
  const { learningRate, batch, examples } = startSettings([...bp, ...shallow])
  expect(learningRate).toBe('0.1 (bp), 0.05 (shallow)')
  expect(batch).toBe('64')
  expect(examples).toBe('8004 to train on, 0 to validate, 1996 to test')
})

test('the page shows the table, a line a rule and kind, the angles, the settings, the data', async () => {
  const page = await comparisonPage(comparison([...bp, ...shallow]))
  const [errors = '', angles = ''] = page.match(/<svg.*?<\/svg>/gs) ?? []
  const drawn = lines(errors).map(({ label }) => /series: (\w+); kind: (\w+)/.exec(label)?.slice(1))
  expect(drawn).toHaveLength(4)
  expect(drawn).toEqual(
    expect.arrayContaining(
      ['bp', 'shallow'].flatMap((rule) => [
        [rule, 'train'],
        [rule, 'test'],
      ]),
    ),
  )
  // Shallow learning gives hidden blocks no signal.
  expect(lines(angles).map(({ points }) => points)).toEqual([3])
  expect(page).toContain('<th scope="row">shallow</th><td>31.25 %</td><td>0:20</td><td>1000</td>')
  expect(page).toContain('<th scope="row">schedule</th><td>cosine</td>')
  expect(page).toContain('digits (some digits); 8,004 examples to train on, 1,996 to test.')
  expect(page).toContain('The whole set, not a sample.')
})

test('a page of a sample says so, and one of a stopped comparison why', async () => {
  const { data } = comparison([])
  const changes = { data: { ...data, sample: true }, stopped: 'stopped with 0 of 2 rules done' }
  const page = await comparisonPage(comparison([], changes))
  expect(page).toContain('Only a sample of the set')
  expect(page).toContain('stopped with 0 of 2 rules done')
  expect(page).toContain('No rule was trained to its end.')
})

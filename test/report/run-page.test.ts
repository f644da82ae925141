import { expect, test } from 'vitest'
import { runPage } from '../../ts/report/run-page.js'
import type { BlockDiagnostics } from '../../ts/training/diagnostics.js'
import type { EpochEvent, StartEvent } from '../../ts/training/events.js'
import { start as anyStart } from './start.js'
import { lines, texts } from './svg.js'

const start: StartEvent = { ...anyStart, rule: 'fa', learningRate: 0.05 }

function block(changes: Partial<BlockDiagnostics>): BlockDiagnostics {
  const none = { signalAngle: null, pseudoinverseAngle: null, updateAngle: null }
  const nor = { weightAngle: null, normRatio: null, saturated: null, dead: null }
  return { ...none, ...nor, weightNorm: 7, updateNorm: 0.1, deltaNorm: 0.01, ...changes }
}

const epochs = [0, 1, 2].map((epoch): EpochEvent => ({
  event: 'epoch',
  epoch,
  trainLoss: epoch === 0 ? null : 0.5,
  trainError: epoch === 0 ? null : 0.2,
  testError: 0.3 / (epoch + 1),
  angles: [90 - epoch],
  blocks: [
    block({ signalAngle: 90 - epoch, saturated: 0.25 }),
    block({ signalAngle: 0, weightAngle: 89, normRatio: 2 }),
  ],
  seconds: epoch,
  samplesPerSecond: 1000,
}))

const data = { name: 'digits', title: 'some digits', sample: false, train: 8004, test: 1996 }

test('a run’s page draws errors, and what it measured of each block, a panel a figure', async () => {
  const settings = { schedule: 'cosine' }
  const page = await runPage({ version: '1.2.3', data, settings, start, epochs })
  const [errors = '', angles = '', norms = '', shares = '', ...rest] =
    page.match(/<svg.*?<\/svg>/gs) ?? []
  expect(rest).toEqual([])
  expect(lines(errors).map(({ points }) => points)).toEqual([2, 2])
  const titles = (svg: string): string[] =>
    texts(svg).filter((text) => /signal|update|weights|delta|saturated|dead/.test(text))
  // No line and no panel of what the run does not have.
  expect(titles(angles)).toEqual(['signal and backpropagation’s', 'weights and feedback'])
  expect(lines(angles).map(({ points }) => points)).toEqual([3, 3, 3])
  expect(titles(norms)).toEqual(['weights', 'update', 'delta', 'weights / feedback'])
  expect(lines(norms)).toHaveLength(7)
  expect(lines(shares)).toHaveLength(1)
  expect(page).toContain('Test error 10.00 % after 2 epochs.')
  expect(page).toContain('<th scope="row">schedule</th><td>cosine</td>')
  expect(page).toContain('digits (some digits); 8,004 examples to train on')
})

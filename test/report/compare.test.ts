import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { RuleEvent, Row } from '../../ts/report/comparison.js'
import { allRules } from '../../ts/rules/index.js'
import { feedalignHere } from '../cli/here.js'
import { lines } from './svg.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const checkout = fileURLToPath(new URL('../..', import.meta.url))
const folder = (): string => mkdtempSync(join(tmpdir(), 'feedalign-'))

type Printed = RuleEvent | { event: 'table'; rows: Row[]; stopped: string | null }

async function compare(args: readonly string[], cwd?: string) {
  const { status, stdout, stderr } = await feedalignHere(['compare', ...args], cwd)
  const json = args.includes('--json') && status === 0
  const events = json
    ? stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Printed)
    : []
  return { status, stdout, stderr, events }
}

test('compare prints events with their rule, then the table, and writes the page', async () => {
  const out = folder()
  const { events, status, stderr } = await compare([
    ...['--rules', 'fa,shallow', '--network', '784-24-16-10', '--epochs', '2'],
    ...['--weight-scale', '1'],
    ...['--json', '--out', out],
  ])
  expect([status, stderr]).toEqual([0, ''])
  const each = ['start', 'epoch', 'epoch', 'epoch', 'done']
  expect(events.map(({ event }) => event)).toEqual([...each, ...each, 'table', 'report'])
  const rules = events.slice(0, 10).map((event) => ('rule' in event ? event.rule : undefined))
  expect(rules).toEqual([...each.map(() => 'fa'), ...each.map(() => 'shallow')])
  // The same weights, where their scale is told, and the same data, for every rule.
  const [fa, shallow] = events.flatMap((event) =>
    event.event === 'epoch' && event.epoch === 0 ? [event.testError] : [],
  )
  expect(shallow).toBe(fa)

  const page = readFileSync(join(out, 'report.html'), 'utf8')
  const table = events.find((event) => event.event === 'table')
  for (const { rule, testError = NaN } of table?.rows ?? []) {
    expect(page).toContain(`<th scope="row">${rule}</th><td>${(100 * testError).toFixed(2)} %</td>`)
  }
  // Training and test of two rules; two hidden blocks of the one that has a signal.
  expect((page.match(/<svg.*?<\/svg>/gs) ?? []).map((svg) => lines(svg).length)).toEqual([4, 2])
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as {
    table: Row[]
    events: RuleEvent[]
    settings: { network: string }
  }
  expect(results.table).toEqual(table?.rows)
  expect(results.events).toEqual(events.slice(0, 10))
  expect(results.settings.network).toBe('784-24-16-10')
  expect(readdirSync(out).sort()).toEqual(['report.html', 'results.json'])
})

test('compare prints the table for people, with rate and time left on the way', async () => {
  const cwd = folder()
  const settings = ['--rules', 'bp,dfa', '--network', '784-16-10', '--epochs', '1', '--no-save']
  const { stdout, stderr } = await compare(settings, cwd)
  expect(stdout).toMatch(/rule +test error +time +samples\/s +angles\n.*\nbp +\d.*0°\ndfa +\d/)
  expect(stderr).toMatch(/dfa \(2\/2\) {2}epoch 1 .* samples\/s {2}ETA 0:\d\d\n/)
  expect(stderr).toContain('The whole set, not a sample.')
  expect(readdirSync(cwd)).toEqual([])
})

test('compare --rules all trains every rule, tabulates them and draws curves and angles', async () => {
  const names = allRules.map(({ ruleName }) => ruleName)
  const out = folder()
  const { status, stdout, stderr } = await compare([
    ...['--rules', 'all', '--network', '784-16-16-10', '--epochs', '1', '--quiet', '--out', out],
  ])
  expect([status, stderr]).toEqual([0, expect.stringContaining('report.html')])
  const page = readFileSync(join(out, 'report.html'), 'utf8')
  for (const name of names) {
    expect(stdout).toMatch(new RegExp(`^${name} .*\\d %`, 'm'))
    expect(page).toContain(`<th scope="row">${name}</th>`)
  }
  expect(page.match(/<svg.*?<\/svg>/gs)).toHaveLength(2)
})

test('compare leaves out options of feedback under rules that have no use for them', async () => {
  const { events, status } = await compare([
    ...['--rules', 'bp,fa,usf', '--network', '784-16-10', '--epochs', '1', '--no-save', '--json'],
    ...['--feedback-angle', '0'],
  ])
  expect(status).toBe(0)
  const first = events.flatMap((event) =>
    event.event === 'epoch' && event.epoch === 0 ? [event] : [],
  )
  expect(first.map(({ rule }) => rule)).toEqual(['bp', 'fa', 'usf'])
  const [, fa, usf] = first.map(({ blocks }) => blocks[1]?.weightAngle ?? NaN)
  expect(fa).toBeLessThan(0.1)
  expect(usf).toBeGreaterThan(20)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the run in hand and keeps what the rules before it came to',
  async (signal) => {
    const out = folder()
    const size = ['--network', '784-500-500-10', '--epochs', '3', '--rules', 'shallow,bp,fa']
    const child = spawn(process.execPath, [main, 'compare', '--json', '--out', out, ...size])
    const events: Printed[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as Printed
      events.push(event)
      if (event.event === 'epoch' && event.rule === 'bp' && event.epoch === 0) child.kill(signal)
    }
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
    expect(child.exitCode).toBe(130)
    const table = events.find((event) => event.event === 'table')
    expect(table?.rows.map(({ rule }) => rule)).toEqual(['shallow'])
    expect(table?.stopped).toBe('stopped with 1 of 3 rules done')
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(table?.stopped)
  },
)

test('what the rules before came to is kept where a rule fails', async () => {
  const out = folder()
  const bad = ['--rules', 'shallow,bp', '--network', '784-16-10', '--learning-rate', '1e38']
  const { status, stderr } = await compare([...bad, '--epochs', '1', '--quiet', '--out', out])
  expect(status).toBe(1)
  expect(stderr).toMatch(/the loss became .* smaller learning rate/)
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/failed \(the loss became/)
})

test.each([
  [['--rules', 'bp,dfaa'], /unknown rule "dfaa"; did you mean "dfa"/],
  [['--rules', 'bp,fa,bp'], /--rules "bp,fa,bp" names bp twice/],
  [['--rules', 'bp,kolen-pollack', '--weight-decay', '0.001'], /kolen-pollack .*; set weightDecay/],
  [['--rules', 'bp,pseudo-bp', '--network', '28x28-conv5x5:4-10'], /rule pseudo-bp cannot train/],
  [['--rules', 'bp,dfa', '--feedback-angle', '45'], /--feedback-angle is of use to none of bp/],
  [['--rules', 'bp,fa', '--rule-options', 'rate=0.2'], /none of bp, fa has an option "rate"/],
])('compare %j is an error before anything is trained', async (args, message) => {
  const { status, stdout, stderr } = await compare([...args, '--no-save'])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

const quick = ['--quick', '--network', '784-16-10', '--rules', 'shallow', '--json', '--no-save']

/** Epochs and training examples of the first run. */
async function quickStart(args: readonly string[]): Promise<[number, number]> {
  const { events } = await compare([...quick, ...args])
  const [start] = events
  return start?.event === 'start' ? [start.epochs, start.train] : [NaN, NaN]
}

test('a quick comparison chooses only what was not given', async () => {
  expect(await quickStart(['--data', 'digits'])).toEqual([5, 8004])
  expect(await quickStart(['--data', 'digits', '--epochs', '1'])).toEqual([1, 8004])
})

test.skipIf(existsSync(join(checkout, 'datasets/mnist')))(
  'a quick comparison takes the digits of the package where there is no MNIST',
  async () => {
    vi.stubEnv('FEEDALIGN_DATA', '')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect(await quickStart([])).toEqual([5, 8004])
  },
)

test.skipIf(process.env['FEEDALIGN_DATA'] === undefined)(
  'a quick comparison takes MNIST where it is at hand, in fewer epochs',
  async () => {
    expect(await quickStart([])).toEqual([2, 60_000])
  },
)

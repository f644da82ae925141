import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Reproduction } from '../../ts/report/reproduction.js'
import { temporaryFolder } from '../folders.js'
import { start } from './command.js'
import { eventsHere, feedalignHere } from './here.js'

/** The talk's table on the digits that come along, with a network of a moment's work. */
const tiny = [
  ...['reproduce', 'mnist', '--seeds', '1,2', '--threads', '1'],
  ...['--set', 'data=digits', '--set', 'network=784-16-10', '--set', 'epochs=1'],
]

async function reproduce(out: string, more: readonly string[] = []) {
  const { status, stdout, stderr } = await feedalignHere([
    ...tiny,
    '--out',
    out,
    '--quiet',
    ...more,
  ])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const made = JSON.parse(readFileSync(join(out, 'mnist.json'), 'utf8')) as Reproduction
  return { stdout, made, page: readFileSync(join(out, 'mnist.md'), 'utf8') }
}

test('reproduce without a name lists the experiments', async () => {
  const { status, stdout } = await feedalignHere(['reproduce'])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^mnist .* bp, fa, dfa/m)
})

test('reproduce trains every row under every seed and sets it beside the published figures', async () => {
  const { stdout, made, page } = await reproduce(temporaryFolder())
  expect(made.findings.map(({ row }) => row)).toEqual(['bp', 'fa', 'dfa'])
  const [bp] = made.findings
  const [first = NaN, second = NaN] = bp?.runs.map(({ testError }) => 100 * testError) ?? []
  const mean = (first + second) / 2
  const line = [
    ...['bp', first.toFixed(2), second.toFixed(2)],
    `${mean.toFixed(2)} ± ${(Math.abs(first - second) / Math.SQRT2).toFixed(2)}`,
    ...['1.60', `+${(mean - 1.6).toFixed(2)}`],
  ]
  expect(stdout).toMatch(new RegExp(line.map((cell) => cell.replace('+', '\\+')).join(' +')))
  expect(page).toMatch(new RegExp(line.map((cell) => cell.replace('+', '\\+')).join(' +\\| ')))
  expect(page).toContain(
    'npx feedalign reproduce mnist --seeds 1,2 --set data=digits --set network=784-16-10 --set epochs=1',
  )
})

test('a row is what train makes of its settings', async () => {
  const { made } = await reproduce(temporaryFolder(), ['--rows', 'bp'])
  const settings = ['--network', '784-16-10', '--epochs', '1', '--rule', 'bp', '--seed', '2']
  const told = await eventsHere(['train', ...settings, '--no-save'])
  const trained = told.find(({ event }) => event === 'done')
  const run = made.findings.find(({ row }) => row === 'bp')?.runs.find(({ seed }) => seed === 2)
  expect(run?.weightsSha256).toBe(trained?.weightsSha256)
})

test('the page has the command that makes the same table, but for where it lies', async () => {
  const { page } = await reproduce(temporaryFolder(), ['--rows', 'bp, fa', '--engine', 'wasm'])
  expect(page).toContain(
    'npx feedalign reproduce mnist --rows bp,fa --seeds 1,2 --engine wasm --set data=digits',
  )
})

test('what is finished is not trained again, what is missing is', async () => {
  // The page tells the kernel, and which of two is the faster may change; wasm has but one.
  const engine = ['--engine', 'wasm']
  const out = temporaryFolder()
  const before = (await reproduce(out, engine)).page
  const file = (name: string): string => join(out, 'runs', `${name}.json`)
  const kept = statSync(file('bp-1')).mtimeMs
  rmSync(file('fa-2'))
  expect((await reproduce(out, engine)).page).toBe(before)
  expect(statSync(file('bp-1')).mtimeMs).toBe(kept)
  expect(existsSync(file('fa-2'))).toBe(true)
})

test('an interrupted table keeps its finished runs and goes on', async () => {
  const out = temporaryFolder()
  const more = ['--out', out, '--json', '--set', 'epochs=2']
  const running = start([...tiny, ...more], out)
  await running.until('"event":"done"')
  running.child.kill('SIGINT')
  const { code, err } = await running.end
  expect({ code, err }).toEqual({
    code: 130,
    err: expect.stringMatching(
      /^stopped with \d runs to go; the same command goes on\n$/,
    ) as string,
  })
  expect(existsSync(join(out, 'runs', 'bp-1.json'))).toBe(true)
  const rest = (await eventsHere([...tiny, ...more])).filter(({ event }) => event === 'done')
  expect(rest).toHaveLength(Number(/\d/.exec(err)?.[0]))
})

test.each([
  [['mnits'], /unknown experiment "mnits"; did you mean "mnist"\?/],
  [['mnist', '--rows', 'bp,fb'], /--rows: mnist has no row "fb"; it has bp, fa, dfa/],
  [['mnist', '--seeds', '1,x'], /--seeds "1,x" is not whole numbers, as in 1,2,3/],
  [['mnist', '--seeds', ''], /--seeds "" is not whole numbers/],
  [['mnist', '--seeds', '1,'], /--seeds "1," is not whole numbers/],
  [['mnist', '--seeds', '1,2,01'], /--seeds "1,2,01" has 1 twice; give each seed once/],
  [['mnist', '--set', 'epoch=1'], /--set epoch: no such setting; did you mean "epochs"\?/],
  [['mnist', '--set', 'seed=7'], /--set seed: .* several seeds; choose them by --seeds/],
  [['mnist', '--set', 'out=here'], /--set out: choose the folder by --out/],
  [['mnist', '--set', 'rule=drtp'], /--set rule: mnist chooses it by row, in bp, fa, dfa; leave/],
])('reproduce %j is an error before anything is trained', async (args, message) => {
  const { status, stdout, stderr } = await feedalignHere(['reproduce', ...args])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})

test('a folder of other settings, or of a broken file, is refused with the cure', async () => {
  const out = temporaryFolder()
  await reproduce(out, ['--rows', 'bp'])
  const other = await feedalignHere([...tiny, '--out', out, '--set', 'batch=32'])
  expect([other.status, other.stdout]).toEqual([2, ''])
  expect(other.stderr).toMatch(/bp-1\.json is of other settings; remove it, or name another/)
  writeFileSync(join(out, 'runs', 'bp-1.json'), '{')
  const broken = await feedalignHere([...tiny, '--out', out])
  expect(broken.status).toBe(1)
  expect(broken.stderr).toMatch(/bp-1\.json: .*; remove it to train that again/)
})

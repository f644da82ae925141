import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Runs the built command; status, standard output, standard error. */
function feedalign(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
}

const wrong: readonly [string, string[], number, RegExp][] = [
  ['an unknown rule', ['--rule', 'dfaa'], 2, /unknown rule "dfaa"; did you mean "dfa"/],
  ['a network with a word in it', ['--network', '784-x-10'], 2, /"x" is not a width/],
  ['a network of another input width', ['--network', '100-10'], 2, /takes 100 inputs.* has 784/],
  ['too few outputs', ['--network', '784-20-9'], 2, /10 classes, the network 9 outputs/],
  ['a learning rate that is no number', ['--learning-rate', 'NaN'], 2, /--learning-rate "NaN"/],
  ['an empty batch', ['--batch', '0'], 2, /batch 0/],
  ['an unknown flag', ['--nonsense'], 2, /unknown option/],
  ['a folder without data', ['--data', 'mnist', '--data-dir', tmpdir()], 1, /no MNIST in/],
  ['a folder that cannot be made', ['--out', join(main, 'runs')], 1, /cannot write to/],
  ['a folder without a checkpoint', ['--resume', mkdtempSync(join(tmpdir(), 'f-'))], 1, /cannot/],
]

for (const [what, args, status, message] of wrong) {
  test(`${what} is a one-line error with exit code ${status}`, () => {
    const save = args.includes('--out') || args.includes('--resume') ? [] : ['--no-save']
    const result = feedalign('train', ...save, ...args)
    expect(result.stderr).toMatch(message)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(result.stdout).toBe('')
    expect(result.status).toBe(status)
  })
}

test('train prints events as JSON lines and ends with a low error on small digits', () => {
  const size = ['--network', '784-64-10', '--epochs', '2', '--json', '--no-save']
  const { stdout, status } = feedalign('train', ...size, '--rule', 'fa')
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; epoch?: number; testError?: number })
  expect(status).toBe(0)
  expect(events.map(({ event }) => event)).toEqual(['start', 'epoch', 'epoch', 'epoch', 'done'])
  expect(events[1]?.epoch).toBe(0)
  expect(events.at(-1)?.testError).toBeLessThan(0.2)
})

test('a resumed run goes on with the settings of its folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'feedalign-'))
  const size = ['--network', '784-32-10', '--epochs', '1', '--learning-rate', '0.02']
  const done = (...args: string[]): unknown => {
    const { stdout, stderr } = feedalign('train', '--json', ...args)
    expect(stderr).toBe('')
    const last = stdout.trim().split('\n').at(-1) ?? ''
    return (JSON.parse(last) as { weightsSha256: string }).weightsSha256
  }
  const whole = done('--out', folder, ...size)
  expect(done('--resume', folder)).toBe(whole)
})

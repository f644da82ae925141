import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { feedalign, parse, small, start } from './command.js'

const train = ['train', ...small, '--epochs', '2', '--no-save']

describe('train', () => {
  test('prints progress with rate and ETA on standard error, the result on standard output', () => {
    const { status, stdout, stderr } = feedalign(train)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^test error \d+\.\d\d %\n$/)
    const lines = stderr.trim().split('\n')
    expect(lines.map((line) => line.slice(0, 7))).toEqual(['epoch 0', 'epoch 1', 'epoch 2'])
    for (const line of lines.slice(1)) expect(line).toMatch(/ \d+ samples\/s {2}ETA \d:\d\d$/)
  })

  test('writes neither colour nor other escapes where there is no terminal', () => {
    for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }]) {
      const { stdout, stderr } = feedalign(train, undefined, env)
      expect(stdout + stderr).not.toContain('\x1b')
    }
  })

  test('prints the result alone with --quiet, and JSON alone with --json', () => {
    expect(feedalign([...train, '--quiet'])).toMatchObject({ status: 0, stderr: '' })
    const { stdout, stderr } = feedalign([...train, '--json'])
    const told = parse(stdout).map(({ event }) => event)
    expect(told).toEqual(['start', 'epoch', 'epoch', 'epoch', 'done'])
    expect(stderr).toBe('')
  })

  test('ends quietly when nobody reads on', async () => {
    const run = start([...train, '--json', '--epochs', '1000'], temporaryFolder())
    await run.until('"epoch":1,')
    run.child.stdout?.destroy()
    const { code, err } = await run.end
    expect({ code, err }).toEqual({ code: 1, err: '' })
  })

  test('goes on when nobody reads how far it is', async () => {
    const run = start(train, temporaryFolder())
    run.child.stderr?.destroy()
    const { code, out } = await run.end
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^test error /) as string })
  })

  test('heeds Ctrl-C on the wasm engine too, whose calls block', async () => {
    const run = start(
      [...train, '--json', '--engine', 'wasm', '--epochs', '1000'],
      temporaryFolder(),
    )
    await run.until('"epoch":1,')
    run.child.kill('SIGINT')
    const { code, err } = await run.end
    expect(err).toMatch(/^stopped in epoch \d+; nothing was saved\n$/)
    expect(code).toBe(130)
  })

  test('ends at once at a second signal, even within a long call of the engine', async () => {
    const size = ['--network', '784-2000-2000-2000-10', '--threads', '1', '--no-save', '--json']
    const run = start(['train', ...size], temporaryFolder(), { FEEDALIGN_KERNEL: 'generic' })
    await run.until('"event":"start"')
    run.child.kill('SIGINT')
    await setTimeout(600)
    const asked = performance.now()
    run.child.kill('SIGINT')
    const { code, signal } = await run.end
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' })
    expect(performance.now() - asked).toBeLessThan(1000)
  })

  test('refuses a folder below /proc at once', () => {
    const started = performance.now()
    const { status, stderr } = feedalign(['train', ...small, '--out', '/proc/feedalign/run'])
    expect(stderr).toMatch(/^feedalign: cannot write to \/proc\/feedalign\/run: .*\n$/)
    expect(status).toBe(1)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('help', () => {
  test('begins with examples, for the program and for each command', () => {
    const commands = ['train', 'compare', 'evaluate', 'data']
    for (const command of [[], ...commands.map((name) => [name])]) {
      const { status, stdout } = feedalign([...command, '--help'])
      expect(stdout).toMatch(/^Examples:\n {2}feedalign /)
      expect(status).toBe(0)
    }
  })

  test('has a flag for each setting, with its default', () => {
    const { stdout } = feedalign(['train', '--help'])
    expect(stdout).toMatch(/--epochs <n> .*\(default 10\)/)
    expect(stdout).toMatch(/--rule <name> .*\(default fa\)/s)
  })
})

describe('data and info', () => {
  const json = (args: string[], env = {}): unknown[] => {
    const { status, stdout, stderr } = feedalign([...args, '--json'], undefined, env)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return parse(stdout)
  }

  test('data list names every set and where it lies', () => {
    const names = json(['data', 'list']).map((set) => (set as { name: string }).name)
    expect(names).toEqual(expect.arrayContaining(['digits', 'mnist']))
  })

  test('data info counts examples and classes and measures inputs', () => {
    const [digits] = json(['data', 'info', 'digits']) as [
      { splits: { train: { examples: number; classCounts: number[]; mean: number } } },
    ]
    expect(digits).toMatchObject({ name: 'digits', sample: false, shape: [28, 28] })
    const { examples, classCounts, mean } = digits.splits.train
    expect(classCounts.reduce((sum, count) => sum + count, 0)).toBe(examples)
    expect(mean).toBeGreaterThan(20)
    expect(mean).toBeLessThan(50)
  })

  test('data verify finds the digits as they were packed', () => {
    expect(json(['data', 'verify', 'digits'])).toMatchObject([{ status: 'ok' }])
    const { status, stderr } = feedalign([
      'data',
      'verify',
      'mnist',
      '--data-dir',
      temporaryFolder(),
    ])
    expect(stderr).toMatch(/^feedalign: no files of mnist in .*\n$/)
    expect(status).toBe(1)
  })

  test('info names CPU, versions, kernels and the one in use', () => {
    const [facts] = json(['info'], { FEEDALIGN_KERNEL: 'generic' })
    expect(facts).toMatchObject({ engine: 'native', kernel: 'generic', problems: [] })
    expect(facts).toMatchObject({ node: process.versions.node })
  })

  test('info says that a kernel is not there instead of failing', () => {
    const [facts] = json(['info'], { FEEDALIGN_KERNEL: 'none' }) as [{ problems: string[] }]
    expect(facts).toMatchObject({ engine: null, kernel: null })
    expect(facts.problems.join()).toMatch(/no kernel "none" on this CPU/)
  })
})

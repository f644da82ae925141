import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { records, small } from './command.js'
import { eventsHere, feedalignHere } from './here.js'

/** A run folder after some epochs of a small network. */
async function trained(epochs: number, ...args: string[]): Promise<string> {
  const folder = join(temporaryFolder(), 'run')
  await eventsHere(['train', ...small, '--epochs', String(epochs), '--out', folder, ...args])
  return folder
}

const config = (folder: string): object =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object

const epochs = (folder: string): unknown[] =>
  records(folder, 'metrics.jsonl').map(({ epoch }) => epoch)

const hash = async (args: string[]): Promise<unknown> =>
  (await eventsHere(['train', ...args])).at(-1)?.weightsSha256

test('a run folder tells what was trained, on what, and how it went', async () => {
  const folder = await trained(2, '--rule', 'dfa', '--momentum', '0.5')
  const told = { rule: 'dfa', momentum: 0.5, epochs: 2, engine: 'native', threads: 1 }
  expect(config(folder)).toMatchObject(told)
  expect(config(folder)).toHaveProperty('learningRate')
  expect(config(folder)).not.toHaveProperty('out')
  const starts = records(folder, 'versions.jsonl')
  expect(starts).toHaveLength(1)
  for (const fact of ['time', 'feedalign', 'node', 'cpu', 'kernel', 'engine', 'threads']) {
    expect(starts[0]).toHaveProperty(fact)
  }
  expect(epochs(folder)).toEqual([0, 1, 2])
})

test('the configuration of a run folder repeats the run to the last bit', async () => {
  const folder = await trained(2, '--rule', 'bp', '--schedule', 'step:1:0.5', '--seed', '9')
  const again = ['--config', join(folder, 'config.json'), '--no-save']
  expect(await hash(again)).toBe(await hash(['--resume', folder]))
  expect(await hash([...again, '--seed', '8'])).not.toBe(await hash(again))
})

test('a run of a network that a file describes block by block goes on too', async () => {
  const kernels = {
    kind: 'conv2d',
    channels: 2,
    kernel: 7,
    stride: 4,
    parts: [{ kind: 'batchNorm' }],
  }
  const network = { shape: [28, 28, 1], blocks: [kernels, { kind: 'dense', width: 10 }] }
  const file = join(temporaryFolder(), 'settings.json')
  writeFileSync(file, JSON.stringify({ network, seed: 3, threads: 1, dropout: 0.2 }))
  const whole = await hash([
    '--config',
    file,
    '--epochs',
    '2',
    '--schedule',
    'constant',
    '--no-save',
  ])
  const folder = join(temporaryFolder(), 'run')
  await hash(['--config', file, '--epochs', '1', '--schedule', 'constant', '--out', folder])
  expect(config(folder)).toMatchObject({ network })
  expect(await hash(['--resume', folder, '--epochs', '2'])).toBe(whole)
})

test('a finished run goes on to more epochs, and its folder then says so', async () => {
  const folder = await trained(1)
  const told = await eventsHere(['train', '--out', folder, '--resume', '--epochs', '3'])
  expect(told[0]?.resumedFrom).toEqual({ epoch: 1, step: 0 })
  expect(told.at(-1)).toMatchObject({ epochs: 3, out: folder })
  expect(config(folder)).toMatchObject({ epochs: 3 })
  expect(epochs(folder)).toEqual([0, 1, 2, 3])
  expect(records(folder, 'versions.jsonl')).toHaveLength(2)
})

test('a run that was killed before its first checkpoint starts from the beginning', async () => {
  const folder = await trained(2)
  const whole = await hash(['--resume', folder])
  rmSync(join(folder, 'checkpoint-last.bin'))
  writeFileSync(join(folder, 'metrics.jsonl'), '{"event":"epoch","epoch":0}\n{"event":"ep')
  expect(await hash(['--resume', folder])).toBe(whole)
  expect(epochs(folder)).toEqual([0, 1, 2])
})

test('lines after the checkpoint, and one that a kill has cut, are dropped', async () => {
  const folder = await trained(2)
  const file = join(folder, 'metrics.jsonl')
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"event":"epoch","epoch":3}\n{"event":`)
  await eventsHere(['train', '--resume', folder, '--epochs', '4'])
  expect(epochs(folder)).toEqual([0, 1, 2, 3, 4])
})

test('a resumption that fails leaves the folder’s configuration as it was', async () => {
  const folder = await trained(2)
  const before = config(folder)
  const { status, stderr } = await feedalignHere(['train', '--resume', folder, '--epochs', '1'])
  expect(stderr).toMatch(/stands after epoch 2, past the end of a run of 1\n$/)
  expect(status).toBe(1)
  expect(config(folder)).toEqual(before)
})

test('a folder that holds something else is trained into, and keeps it', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'notes'))
  await eventsHere(['train', ...small, '--epochs', '1', '--out', folder])
  expect(epochs(folder)).toEqual([0, 1])
})

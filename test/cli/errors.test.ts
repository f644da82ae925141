import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { events, main, small } from './command.js'
import { feedalignHere } from './here.js'

/** An IDX file of bytes. */
function idx(shape: readonly number[], bytes: Uint8Array, magic = 0x0800 + shape.length): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt32BE(magic, 0)
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis))
  return Buffer.concat([header, bytes])
}

const images = idx([3, 28, 28], new Uint8Array(3 * 784))
const labels = idx([3], Uint8Array.of(1, 2, 3))

/** `--data mnist` from a folder with three examples, of which some files are as told. */
function mnist(changed: Readonly<Record<string, Uint8Array>>): string[] {
  const folder = temporaryFolder()
  const files = {
    'train-images-idx3-ubyte': images,
    'train-labels-idx1-ubyte': labels,
    't10k-images-idx3-ubyte': images,
    't10k-labels-idx1-ubyte': labels,
    ...changed,
  }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return ['--data', 'mnist', '--data-dir', folder]
}

/** A run folder after one epoch. */
function trained(): string {
  const folder = join(temporaryFolder(), 'run')
  cpSync(known, folder, { recursive: true })
  return folder
}

function train(folder: string, ...args: string[]): string {
  events(['train', ...small, '--epochs', '1', '--out', folder, ...args], dirname(folder))
  return folder
}

let known: string
beforeAll(() => {
  known = train(join(mkdtempSync(join(tmpdir(), 'feedalign-')), 'run'))
})
afterAll(() => {
  rmSync(dirname(known), { recursive: true })
})

const last = 'checkpoint-last.bin'

/** What is wrong, flags of `train` (a function where files are to be made), exit code, message. */
const wrong: readonly [string, string[] | (() => string[]), number, RegExp][] = [
  ['an unknown rule', ['--rule', 'dfaa'], 2, /--rule: unknown rule "dfaa"; did you mean "dfa"\?/],
  [
    'a word in the network',
    ['--network', '784-x-10'],
    2,
    /--network: .*"x" is none of 1500, local/,
  ],
  ['a network for other inputs', ['--network', '100-10'], 2, /takes 100 inputs.* has 784/],
  [
    'an option of another rule',
    ['--rule-options', 'sigma=1'],
    2,
    /has no option "sigma"; it has n/,
  ],
  [
    'an option of another data set',
    ['--data-options', 'colour=true'],
    2,
    /--data-options: colour: digits has no options/,
  ],
  [
    'a rank where there is no B',
    ['--rule', 'bp', '--feedback-rank', '3'],
    2,
    /--feedback-rank: rule bp carries its errors through the weights: .* rank .*; leave it out/,
  ],
  [
    'a rank that is impossible',
    ['--network', '784-20-10', '--feedback-rank', '11'],
    2,
    /feedbackRank 11: .*; choose at most 10, or leave it out/,
  ],
  [
    'a density of nothing',
    ['--feedback-density', '0'],
    2,
    /--feedback-density: 0 is not a fraction/,
  ],
  ['a negative dropout', ['--dropout', '-0.1'], 2, /--dropout: -0\.1 is not a number from 0/],
  [
    'a local field larger than its layer',
    ['--network', '28x28-local30x30:2x2x4-10'],
    2,
    /--network: network\.blocks\[0\]\.field: 30 × 30 .*; choose at most 28 × 28/,
  ],
  [
    'pooling that leaves nothing',
    ['--network', '28x28-conv5x5:3-pool30-10'],
    2,
    /--network: network\.blocks\[0\]\.parts\[1\]\.size: .*; choose at most 24 × 24/,
  ],
  [
    'a convolution on inputs in a row',
    ['--network', '784-conv5x5:3-10'],
    2,
    /--network: network\.blocks\[0\]: conv2d needs places .*; begin the network with its layout/,
  ],
  [
    'a rule that cannot train a block',
    ['--rule', 'pseudo-bp', '--network', '28x28-conv5x5:3-20-10'],
    2,
    /rule pseudo-bp cannot train network\.blocks\[0\]: .*; choose another rule or block/,
  ],
  ['too few outputs', ['--network', '784-20-9'], 2, /10 classes, the network 9 outputs/],
  ['a learning rate of NaN', ['--learning-rate', 'NaN'], 2, /--learning-rate: "NaN" is not a num/],
  ['an empty batch', ['--batch', '0'], 2, /--batch: 0 is not a whole number from 1 to 65,536/],
  ['an unknown flag', ['--bath', '64'], 2, /unknown option '--bath' \(Did you mean --batch\?\)/],
  [
    'a folder without data',
    () => ['--data', 'mnist', '--data-dir', temporaryFolder()],
    1,
    /no MNIST/,
  ],
  [
    'a gz file cut short',
    () => mnist({ 'train-images-idx3-ubyte': gzipSync(images).subarray(0, 40) }),
    1,
    /train-images-idx3-ubyte: .*damaged/,
  ],
  [
    'an IDX file of another magic',
    () => mnist({ 'train-labels-idx1-ubyte': idx([3], Uint8Array.of(1, 2, 3), 0x12345678) }),
    1,
    /train-labels-idx1-ubyte: offset 0: magic 0x12345678/,
  ],
  [
    'sizes that do not fit their file',
    () => mnist({ 't10k-images-idx3-ubyte': idx([4, 28, 28], new Uint8Array(3 * 784)) }),
    1,
    /t10k-images-idx3-ubyte: offset 4: sizes 4 × 28 × 28 need 3136 bytes, found 2352/,
  ],
  [
    'fewer labels than images',
    () => mnist({ 'train-labels-idx1-ubyte': idx([2], Uint8Array.of(1, 2)) }),
    1,
    /2 labels for the 3 images/,
  ],
  [
    'a label of 200',
    () => mnist({ 'train-labels-idx1-ubyte': idx([3], Uint8Array.of(1, 200, 3)) }),
    1,
    /train-labels-idx1-ubyte: offset 9: label 200, expected 0 to 9/,
  ],
  [
    'a run folder that cannot be made',
    ['--out', join(main, 'runs')],
    1,
    /cannot write to .*ENOTDIR/,
  ],
  ['a run folder that is there', () => ['--out', trained()], 2, /holds a run already.*--resume/],
  ['no folder to resume', () => ['--resume', join(temporaryFolder(), 'run')], 1, /no such folder/],
  ['an empty folder to resume', () => ['--resume', temporaryFolder()], 1, /it has no config\.json/],
  ['a resumption of nowhere', ['--resume'], 2, /--resume: name the run folder/],
  [
    'a resumption with another batch',
    () => ['--resume', trained(), '--batch', '32'],
    2,
    /--batch: 32 is not what the run in .* was started with, 64/,
  ],
  [
    'a checkpoint of another network',
    () => {
      const folder = trained()
      const other = train(join(temporaryFolder(), 'run'), '--network', '784-17-10')
      copyFileSync(join(other, last), join(folder, last))
      return ['--resume', folder]
    },
    1,
    new RegExp(last),
  ],
  [
    'a checkpoint cut short',
    () => {
      const folder = trained()
      truncateSync(join(folder, last), 1000)
      return ['--resume', folder]
    },
    1,
    new RegExp(last),
  ],
  [
    'a checkpoint with a changed byte',
    () => {
      const folder = trained()
      const bytes = readFileSync(join(folder, last))
      bytes[5000] = (bytes[5000] ?? 0) ^ 1
      writeFileSync(join(folder, last), bytes)
      return ['--resume', folder]
    },
    1,
    new RegExp(last),
  ],
  [
    'a folder where a file is to be written',
    () => {
      const folder = temporaryFolder()
      mkdirSync(join(folder, 'metrics.jsonl'))
      return [...small, '--quiet', '--out', folder]
    },
    1,
    /cannot write .*metrics\.jsonl: EISDIR/,
  ],
]

for (const [what, given, status, message] of wrong) {
  test(`train: ${what} is a one-line error with exit code ${status}`, async () => {
    const args = typeof given === 'function' ? given() : given
    const result = await feedalignHere(['train', ...args])
    expect(result.stderr).toMatch(message)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(result.stdout).toBe('')
    expect(result.status).toBe(status)
  })
}

const misused: readonly [string[], RegExp][] = [
  [['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
  [['data', 'lst'], /unknown command 'lst' \(Did you mean list\?\)/],
  [['data', 'info', 'nonsense'], /unknown data set "nonsense"/],
  [['data', 'info'], /missing required argument 'name\|path'/],
  [['info', 'more'], /too many arguments/],
  [['evaluate'], /missing required argument 'run'/],
  [['evaluate', 'x', '--split', 'rest'], /'rest' is invalid/],
  [['compare', '--rules', 'bp,faa'], /--rules: unknown rule "faa"; did you mean "fa"\?/],
  [['train', '--no-save', '--out', 'x'], /'--no-save' cannot be used with option '--out/],
]

for (const [args, message] of misused) {
  test(`${args.join(' ')} is wrong usage: one line, exit code 2`, async () => {
    const { status, stdout, stderr } = await feedalignHere(args)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })
}

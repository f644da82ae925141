import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { datasets, findDataSource, fullName } from '../../ts/data/sets/index.js'
import { verify } from '../../ts/data/verify.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { idxFile } from './idx.js'
import { dictionary, npyFile } from './npy.js'
import { zipFile } from './zip.js'

const bytesOf = ({ buffer }: Float32Array | Float64Array | BigInt64Array | Int32Array) =>
  new Uint8Array(buffer)

const u8 = (shape: string, ...values: number[]): Buffer =>
  npyFile(dictionary('|u1', shape), Uint8Array.from(values))
const f4 = (shape: string, ...values: number[]): Buffer =>
  npyFile(dictionary('<f4', shape), bytesOf(Float32Array.from(values)))
const f8 = (shape: string, ...values: number[]): Buffer =>
  npyFile(dictionary('<f8', shape), bytesOf(Float64Array.from(values)))
const i8 = (shape: string, ...values: number[]): Buffer =>
  npyFile(dictionary('<i8', shape), bytesOf(BigInt64Array.from(values.map(BigInt))))

const X = u8('(3, 2, 1)', 1, 2, 3, 4, 5, 6)
const Y = i8('(3,)', 0, 2, 1)
const XT = u8('(1, 2, 1)', 7, 8)
const YT = i8('(1,)', 3)
const keras = { 'x_train.npy': X, 'y_train.npy': Y, 'x_test.npy': XT, 'y_test.npy': YT }

/** A folder of these files. */
function folder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const made = join(temporaryFolder(), 'mine')
  mkdirSync(made)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(made, name), bytes)
  return made
}

/** A `.npz` of these arrays. */
const npz = (files: Readonly<Record<string, Uint8Array>>): string =>
  join(folder({ 'my.npz': zipFile(files, { deflate: true }) }), 'my.npz')

const csv = (text: string): string => join(folder({ 'my.csv': text }), 'my.csv')

const labels = (...all: number[]) => ({ kind: 'labels', labels: Uint32Array.from(all), classes: 4 })

describe('the same data is the same', () => {
  const table = 'a,label,b\n1,0,2\n3,2,4\n5,1,6\n'
  const idx = (kind: string, shape: number[], ...values: number[]) => ({
    [kind]: gzipSync(idxFile(shape, Uint8Array.from(values))),
  })
  const forms: readonly [string, () => string][] = [
    ['a .npz as Keras names its arrays', () => npz(keras)],
    ['a folder of .npy', () => folder(keras)],
    [
      'a folder of a .npz for each part',
      () =>
        folder({
          'train.npz': zipFile({ 'X.npy': X, 'y.npy': Y }),
          'test.npz': zipFile({ 'x.npy': XT, 'y.npy': YT, 'more.npy': Buffer.from('of no use') }),
        }),
    ],
    [
      'a folder of tables',
      () => folder({ 'train.csv': table, 'test.csv': 'a,label,b\n7,3,8\n', 'README.md': '' }),
    ],
    [
      'a folder of IDX files',
      () =>
        folder({
          ...idx('train-images-idx3-ubyte.gz', [3, 2, 1], 1, 2, 3, 4, 5, 6),
          ...idx('train-labels-idx1-ubyte.gz', [3], 0, 2, 1),
          ...idx('test-images.idx3-ubyte.gz', [1, 2, 1], 7, 8),
          ...idx('test-labels.idx1-ubyte.gz', [1], 3),
        }),
    ],
  ]
  test.each(forms)('in %s', async (_, make) => {
    const { train, test: tests, sample, note } = await datasets.own(make(), { shape: '2x1' })
    expect([...train.inputs]).toEqual([1, 2, 3, 4, 5, 6])
    expect([...tests.inputs]).toEqual([7, 8])
    expect(train).toMatchObject({ count: 3, shape: [2, 1], targets: labels(0, 2, 1) })
    expect(tests.targets).toEqual(labels(3))
    expect({ sample, note }).toEqual({ sample: false, note: undefined })
  })
})

test('bytes stay bytes, all other inputs are floats of 32 bits', async () => {
  expect((await datasets.own(npz(keras))).train.inputs).toBeInstanceOf(Uint8Array)
  const one = i8('(1,)', 1)
  const train = { 'x_train.npy': i8('(2,)', -300, 7), 'y_train.npy': i8('(2,)', 0, 1) }
  const wide = npz({ ...train, 'x_test.npy': one, 'y_test.npy': one })
  const { inputs, shape } = (await datasets.own(wide)).train
  expect({ inputs, shape }).toEqual({ inputs: Float32Array.of(-300, 7), shape: [1] })
})

describe('targets', () => {
  const read = async (y: Buffer, options = {}) => {
    const file = npz({ ...keras, 'x_test.npy': X, 'y_train.npy': y, 'y_test.npy': y })
    return (await datasets.own(file, options)).train.targets
  }

  test('of whole types are labels, [n] or [n × 1], and floats are values', async () => {
    expect(await read(i8('(3, 1)', 0, 1, 1))).toMatchObject({ kind: 'labels', classes: 2 })
    const values = { kind: 'values', values: Float32Array.of(0, 1, 1), width: 1 }
    expect(await read(f8('(3,)', 0, 1, 1))).toEqual(values)
    expect(await read(f4('(3, 2)', 1, 2, 3, 4, 5, 6))).toMatchObject({ kind: 'values', width: 2 })
    await expect(read(i8('(2,)', 0, 1))).rejects.toThrow(/y_train: 2 targets for the 3 examples of/)
  })

  test('are what an option says', async () => {
    expect(await read(f8('(3,)', 0, 1, 1), { targets: 'labels' })).toMatchObject({ classes: 2 })
    const values = await read(i8('(3,)', 0, 1, 1), { targets: 'values' })
    expect(values).toMatchObject({ kind: 'values', values: Float32Array.of(0, 1, 1) })
  })

  test('of a table are labels where all are whole and none is negative', async () => {
    const rows = (last: string) => `1,0\n2,1\n3,0\n4,${last}\n1,0\n1,0\n1,1\n1,1\n`
    const kind = async (last: string) =>
      (await datasets.own(csv(rows(last)), { test: 0.5 })).train.targets.kind
    expect(await kind('1')).toBe('labels')
    expect(await kind('-1')).toBe('values')
    expect(await kind('0.5')).toBe('values')
  })
})

describe('a table’s column of targets', () => {
  const table = (header: string) => csv(`${header}1,5,2\n3,6,4\n1,5,2\n3,6,4\n`)
  const inputsOf = async (file: string, options = {}) =>
    [...(await datasets.own(file, { test: 0.5, ...options })).train.inputs].sort()

  test('is the one called so, else the last, or the one that an option names', async () => {
    expect(await inputsOf(table('a,target,b\n'))).toEqual([1, 2, 3, 4])
    expect(await inputsOf(table('a,b,c\n'))).toEqual([1, 3, 5, 6])
    expect(await inputsOf(table(''))).toEqual([1, 3, 5, 6])
    expect(await inputsOf(table('a,b,c\n'), { label: 'b' })).toEqual([1, 2, 3, 4])
    expect(await inputsOf(table(''), { label: 'first' })).toEqual([2, 4, 5, 6])
    expect(await inputsOf(table('a,target,b\n'), { label: 'last' })).toEqual([1, 3, 5, 6])
  })

  test('is an error where there is none of that name', async () => {
    await expect(datasets.own(table('a,b,c\n'), { label: 'd' })).rejects.toThrow(
      /label: .*my.csv has no column "d"; it has columns a, b, c/,
    )
    await expect(datasets.own(table('a,b,b\n'), { label: 'b' })).rejects.toThrow(/2 columns b/)
  })
})

describe('without a part to test', () => {
  const count = 60
  const file = (): string => {
    const x = Uint8Array.from({ length: count }, (_, i) => i)
    const y = Array.from({ length: count }, (_, i) => (i < 40 ? 0 : 1))
    return npz({ 'x.npy': u8(`(${count}, 1)`, ...x), 'y.npy': i8(`(${count},)`, ...y) })
  }

  test('a fifth of each class is kept for it, chosen by a seed, and said', async () => {
    const path = file()
    const { train, test: tests, note, about } = await datasets.own(path)
    expect([train.count, tests.count]).toEqual([48, 12])
    expect([...train.inputs, ...tests.inputs].sort((a, b) => a - b)).toEqual([
      ...Array(count).keys(),
    ])
    const ofClass = (part: typeof train, label: number) =>
      part.targets.kind === 'labels' ? part.targets.labels.filter((one) => one === label).length : 0
    expect([ofClass(tests, 0), ofClass(tests, 1)]).toEqual([8, 4])
    for (const part of [train, tests]) {
      const { targets, inputs } = part
      if (targets.kind !== 'labels') throw new Error('no labels')
      expect([...targets.labels]).toEqual(Array.from(inputs, (input) => (input < 40 ? 0 : 1)))
    }
    expect(note).toBe(
      `${path} has no test part: 20 % of each class, 12 chosen by seed 1, are kept for testing ` +
        '(--data-options test=0.2,seed=1)',
    )
    expect(about).toEqual({ setAside: { fraction: 0.2, seed: 1 } })
    expect((await datasets.own(path)).test).toEqual(tests)
    expect((await datasets.own(path, { seed: 2 })).test).not.toEqual(tests)
    expect((await datasets.own(path, { test: 0.5 })).test.count).toBe(30)
  })

  test('a share that leaves none to train on is refused', async () => {
    await expect(datasets.own(file(), { test: 0.99 })).rejects.toThrow(
      /my.npz: test 0.99 leaves none of class 0's 40 examples to train on/,
    )
  })
})

describe('what is wrong is named with file and cure', () => {
  const wrong: readonly [string, () => string, RegExp][] = [
    ['no file', () => '/nowhere/my.npz', /^\/nowhere\/my.npz: no such file or folder$/],
    ['another format', () => join(folder({ 'a.mat': '' }), 'a.mat'), /expected a .npz, a .csv or/],
    [
      'one array',
      () => join(folder({ 'x.npy': X }), 'x.npy'),
      /x.npy: one array; name the folder of x_train.npy and y_train.npy/,
    ],
    ['an empty folder', () => folder({}), /mine: no data in this folder; expected train.npz/],
    [
      'a folder of two kinds',
      () => folder({ 'train.csv': '1,2\n', 'x.npy': X }),
      /mine: holds both train.csv and x.npy; name the file itself, or keep one kind/,
    ],
    [
      'a folder that lacks targets',
      () => folder({ 'x_train.npy': X }),
      /mine\/y_train.npy: no such file$/,
    ],
    [
      'a folder that lacks inputs to test',
      () => folder({ 'x_train.npy': X, 'y_train.npy': Y, 'y_test.npy': Y }),
      /mine\/x_test.npy: no such file$/,
    ],
    [
      'other names',
      () => npz({ 'images.npy': X, 'classes.npy': Y }),
      /my.npz: holds images, classes, but no x; expected x and y, or x_train, y_train/,
    ],
    [
      'no targets',
      () => npz({ 'x_train.npy': X }),
      /holds x_train, but no y_train; save it beside/,
    ],
    [
      'a negative label',
      () => npz({ ...keras, 'y_train.npy': i8('(3,)', 0, -1, 1) }),
      /my.npz: y_train: label -1 of example 1 is not a whole number from 0/,
    ],
    [
      'an input that is no number',
      () => npz({ ...keras, 'x_train.npy': f4('(3, 2, 1)', 1, 2, NaN, 4, 5, 6) }),
      /my.npz: x_train: input 0 of example 1 is NaN, not a finite number/,
    ],
    [
      'parts of different shapes',
      () => npz({ ...keras, 'x_test.npy': u8('(1, 1, 2)', 7, 8) }),
      /x_test: examples of \[1 × 2\], expected \[2 × 1\] as in .*x_train/,
    ],
    [
      'one value for all examples',
      () => npz({ ...keras, 'x_train.npy': u8('()', 1) }),
      /my.npz: x_train: one value, expected an array of examples/,
    ],
    ['one column', () => csv('1\n2\n'), /my.csv: one column, expected inputs and a column of/],
    [
      'a table to test of other columns',
      () => folder({ 'train.csv': 'a,y\n1,2\n', 'test.csv': 'b,y\n1,2\n' }),
      /test.csv: column 1 is "b", expected "a" as in .*train.csv/,
    ],
  ]
  test.each(wrong)('%s', async (_, make, message) => {
    const error: unknown = await datasets.own(make()).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('\n')
  })

  const options: readonly [Record<string, unknown>, string][] = [
    [{ shape: '3x3' }, 'shape: 3x3 is not of the 2 inputs of an example of '],
    [{ shape: '2xa' }, 'shape: "2xa" is not a shape like 28x28'],
    [{ test: 1 }, 'test: 1 is not a fraction above 0 and below 1'],
    [{ seed: -1 }, 'seed: -1 is not a whole number from 0'],
    [{ targets: 'label' }, 'targets: "label" is none of labels, values; did you mean "labels"?'],
    [{ headers: true }, 'headers: my.npz has no such option; did you mean "header"?'],
  ]
  test.each(options)('option %j', async (given, message) => {
    await expect(datasets.own(npz(keras), given)).rejects.toThrow(message)
  })
})

test('names of sets are names, all else that is a place is a path', () => {
  expect(findDataSource('mnist').name).toBe('mnist')
  expect(fullName('mnist')).toBe('mnist')
  expect(findDataSource('./mnist').title).toBe(`your own data in ${fullName('./mnist')}`)
  expect(fullName('a/b.csv')).toBe(join(process.cwd(), 'a/b.csv'))
  expect(() => findDataSource('mnits')).toThrow(/did you mean "mnist"/)
})

test('nothing is known to verify it by, which is said', async () => {
  await expect(verify(npz(keras))).rejects.toThrow(
    /my.npz is data of your own, of which no checksums are known$/,
  )
})

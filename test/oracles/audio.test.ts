import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAudio } from '../../ts/data/audio/audio.js'
import { temporaryFolder } from '../folders.js'
import { floats, hasProgram, hasPython, output, timitFiles } from './speech.js'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const python = hasPython('soundfile')
const sox = hasProgram('sox')

interface Told {
  readonly name: string
  readonly rate: number
  readonly channels: number
  readonly samples: readonly number[]
}

const told = (folder: string): Told[] =>
  readFileSync(join(folder, 'audio.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)

const read = (file: string) => parseAudio(readFileSync(file), file)

/** Files of every coding against what libsndfile said of them. */
function compare(folder: string): void {
  expect(told(folder)).toHaveLength(32)
  for (const { name, rate, channels, samples } of told(folder)) {
    const found = read(join(folder, name))
    expect({ ...found, samples: [...found.samples] }, name).toEqual({ rate, channels, samples })
  }
}

/** Samples of files one after another, in each to half of what a float32 tells apart. */
function compareAll(files: readonly string[], expected: Float64Array | Float32Array): void {
  const found = files.map((file) => read(file).samples)
  expect(found.reduce((sum, { length }) => sum + length, 0)).toBe(expected.length)
  let offset = 0
  for (const [index, samples] of found.entries()) {
    const near = samples.every(
      (value, i) => Math.abs(value - (expected[offset + i] ?? 0)) < 2 ** -24,
    )
    expect(near, files[index]).toBe(true)
    offset += samples.length
  }
}

/** 32-bit numbers, as SoX holds samples, with ±1 at full scale; its warnings are not asked for. */
function bySox(files: readonly string[]): Float64Array {
  const bytes = execFileSync('sox', ['-V1', ...files, '-t', 's32', '-'], output)
  const whole = new Int32Array(Uint8Array.from(bytes).buffer)
  return Float64Array.from(whole, (value) => value / 2 ** 31)
}

describe('samples of every coding are those that others read', () => {
  test('libsndfile once', () => {
    compare(path('fixtures/audio'))
  })

  test.skipIf(!python)("this machine's libsndfile", () => {
    const folder = temporaryFolder()
    execFileSync('python3', [path('audio.py'), 'write', folder])
    compare(folder)
  })

  test.skipIf(!sox)('SoX', () => {
    const folder = path('fixtures/audio')
    for (const { name } of told(folder)) {
      const file = join(folder, name)
      compareAll([file], bySox([file]))
    }
  })
})

const patient = { timeout: 60_000 }

describe.skipIf(timitFiles.length === 0)('all 160 utterances of TIMIT are those', patient, () => {
  test.skipIf(!python)('of libsndfile', () => {
    const bytes = execFileSync('python3', [path('audio.py'), 'read', ...timitFiles], output)
    compareAll(timitFiles, floats(bytes))
  })

  test.skipIf(!sox)('of SoX', () => {
    compareAll(timitFiles, bySox(timitFiles))
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseAudio } from '../../ts/data/audio/audio.js'
import { mfcc } from '../../ts/data/features/mfcc.js'
import { featureWidth, usualFeatures, type FeatureOptions } from '../../ts/data/features/options.js'
import { floats, hasPython, output, timitFiles } from './speech.js'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const librosa = hasPython('librosa')
const speech = path('fixtures/mfcc/sweep.wav')

const usual = { ...usualFeatures, highHz: 8000 }
const cases: readonly FeatureOptions[] = [
  usual,
  {
    ...usual,
    windowMs: 20,
    hopMs: 7.5,
    preEmphasis: 0,
    power: 2,
    bands: 40,
    lowHz: 80,
    highHz: 7000,
    coefficients: 20,
    lifter: 0,
    derivatives: 1,
  },
]

/** What librosa finds in all files, under one of the options after another. */
function oracle(options: readonly FeatureOptions[], files: readonly string[]): Float32Array {
  const args = [path('mfcc.py'), JSON.stringify(options), ...files]
  return floats(execFileSync('python3', args, output))
}

/**
 * Compares each column of each file with what was expected, [files, each frames × width]: within
 * 1e-3, relative in the Frobenius norm. Gives what is left of `expected`.
 */
function compare(
  options: FeatureOptions,
  files: readonly string[],
  expected: Float32Array,
): Float32Array {
  const width = featureWidth(options)
  let offset = 0
  let worst = 0
  for (const file of files) {
    const { rate, samples } = parseAudio(readFileSync(file), file)
    const found = mfcc(rate, options)(samples)
    const wanted = expected.subarray(offset, offset + found.length)
    for (let column = 0; column < width; column++) {
      worst = Math.max(worst, apart(found, wanted, width, column))
    }
    offset += found.length
  }
  expect(worst).toBeLessThan(1e-3)
  return expected.subarray(offset)
}

function apart(a: Float32Array, b: Float32Array, width: number, column: number): number {
  let [difference, size] = [0, 0]
  for (let at = column; at < a.length; at += width) {
    difference += ((a[at] ?? NaN) - (b[at] ?? NaN)) ** 2
    size += (b[at] ?? 0) ** 2
  }
  return Math.sqrt(difference / size)
}

test('coefficients of a sweep are those that librosa found', { timeout: 120_000 }, () => {
  const fixture = path('fixtures/mfcc/sweep.f32')
  if (process.env['FEEDALIGN_GENERATE'] === '1') {
    execFileSync('python3', [path('mfcc.py'), 'make', speech])
    writeFileSync(fixture, Buffer.from(oracle(cases, [speech]).buffer))
  }
  const expected = floats(readFileSync(fixture))
  const rest = cases.reduce((left, options) => compare(options, [speech], left), expected)
  expect(rest).toHaveLength(0)
})

test.skipIf(!librosa || timitFiles.length === 0)(
  'coefficients of all 160 utterances of TIMIT are those that librosa finds',
  { timeout: 120_000 },
  () => {
    expect(timitFiles).toHaveLength(160)
    const expected = oracle(cases, timitFiles)
    const rest = cases.reduce((left, options) => compare(options, timitFiles, left), expected)
    expect(rest).toHaveLength(0)
  },
)

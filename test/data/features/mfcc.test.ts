import { expect, test } from 'vitest'
import { frameCentre, frameCount, framing } from '../../../ts/data/features/frames.js'
import { mfcc } from '../../../ts/data/features/mfcc.js'
import { usualFeatures } from '../../../ts/data/features/options.js'

const rate = 16000
const noise = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i * i) / 4)

test('a frame is wherever its whole window fits, and its centre is amid the window', () => {
  const frames = framing(rate, usualFeatures)
  expect(frames).toEqual({ window: 400, hop: 160 })
  expect([0, 399, 400, 559, 560, 720].map((n) => frameCount(n, frames))).toEqual([0, 0, 1, 1, 2, 3])
  expect([0, 2].map((frame) => frameCentre(frame, frames))).toEqual([200, 520])
})

test('sound shorter than a window has no frames', () => {
  expect(mfcc(rate, usualFeatures)(noise.subarray(0, 399))).toHaveLength(0)
})

test('silence has finite coefficients and derivatives of zero', () => {
  const values = mfcc(rate, usualFeatures)(new Float32Array(1000))
  expect(values).toHaveLength(4 * 39)
  expect(values.every((value, i) => Number.isFinite(value) && (i % 39 < 13 || value === 0))).toBe(
    true,
  )
})

test('frames far from the ends depend on what is within reach of their window alone', () => {
  const extract = mfcc(rate, usualFeatures)
  const changed = Float32Array.from(noise)
  changed.fill(0, 3000)
  const [before, after] = [extract(noise), extract(changed)]
  // Second derivatives look four frames ahead: 400 samples from (row + 4) · 160 on.
  const untouched = (Math.floor((3000 - 400) / 160) - 4 + 1) * 39
  expect(after.subarray(0, untouched)).toEqual(before.subarray(0, untouched))
  expect(after.subarray(untouched)).not.toEqual(before.subarray(untouched))
})

const wrong: readonly [string, Partial<typeof usualFeatures>, string][] = [
  [
    'more coefficients than bands',
    { coefficients: 27 },
    'coefficients 27 are more than the 26 bands',
  ],
  [
    'bands beyond half the rate',
    { highHz: 8001 },
    'bands from 0 to 8001 Hz are not within 0 to 8000 Hz',
  ],
  ['bands upside down', { lowHz: 500, highHz: 400 }, 'bands from 500 to 400 Hz are not within'],
  [
    'bands narrower than bins',
    { bands: 200 },
    'bands 200: band 0 lies between bins, which are 31.3 Hz apart',
  ],
]

for (const [what, options, message] of wrong) {
  test(`${what} are refused`, () => {
    expect(() => mfcc(rate, { ...usualFeatures, ...options })).toThrow(message)
  })
}

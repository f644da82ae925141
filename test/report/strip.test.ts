import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { pictures, png, stripText } from '../../ts/report/strip.js'

/**
 * Two classes, of which the second comes first: all 200 and all 100, then one that is not shown.
 */
const grey = dataset({
  inputs: Uint8Array.from({ length: 18 }, (_, i) => [200, 100, 7][Math.floor(i / 6)] ?? 0),
  shape: [3, 2],
  targets: [1, 0, 1],
})

const shown = (examples: typeof grey) => {
  const found = pictures(examples)
  if (found === undefined) throw new Error('no pictures')
  return found
}

test('the first example of each class is shown, in the order of classes', () => {
  const { width, height, channels, images } = shown(grey)
  expect([width, height, channels]).toEqual([2, 3, 1])
  expect(images.map(([first]) => first)).toEqual([100, 200])
})

test('the PNG has them side by side, pixel by pixel', async () => {
  const { width, height, channels, data } = decode(await png(shown(grey)))
  expect([width, height, channels]).toEqual([4, 3, 1])
  expect([...data]).toEqual([0, 1, 2].flatMap(() => [100, 100, 200, 200]))
})

test('colours stay colours, channels last', async () => {
  const inputs = Uint8Array.of(255, 0, 0, 0, 0, 255)
  const held = shown(dataset({ inputs, shape: [1, 2, 3], targets: [0] }))
  const { channels, data } = decode(await png(held))
  expect([channels, ...data]).toEqual([3, ...inputs])
  expect(stripText(held, 80, 'all')).toBe(
    '\x1b[38;2;255;0;0;48;2;0;0;0m▀\x1b[38;2;0;0;255;48;2;0;0;0m▀\x1b[0m',
  )
  expect(stripText(held, 80, '256')).toBe('\x1b[38;5;196;48;5;16m▀\x1b[38;5;21;48;5;16m▀\x1b[0m')
})

test('floats are shown from the smallest to the largest, without classes the first ten', () => {
  const inputs = Float32Array.from({ length: 80 }, (_, i) => (i === 0 ? -1 : i === 1 ? 1 : 0))
  const targets = new Float32Array(20)
  const { images } = shown(dataset({ inputs, shape: [2, 2], targets }))
  expect(images).toHaveLength(10)
  expect([...(images[0] ?? [])]).toEqual([0, 255, 127, 127])
})

test('what has no height and width, or other than three colours, is no picture', () => {
  for (const shape of [[12], [12, 1], [1, 12], [2, 3, 2]]) {
    const one = dataset({ inputs: new Uint8Array(12), shape, targets: [0] })
    expect(pictures(one)).toBeUndefined()
  }
})

describe('without colours', () => {
  test('a character is two pixels, one above the other, of the ramp from dark to light', () => {
    const inputs = Uint8Array.of(0, 255, 0, 255, 255, 0, 0, 255)
    const held = shown(dataset({ inputs, shape: [4, 2], targets: [0] }))
    expect(stripText(held, 80, 'none')).toBe(' @\n==')
  })

  test('pictures go on in a second row where the first is full, large ones at half their size', () => {
    const inputs = new Uint8Array(3 * 24 * 24).fill(255)
    const held = shown(dataset({ inputs, shape: [24, 24], targets: [0, 1, 2] }))
    const lines = stripText(held, 30, 'none').split('\n')
    expect(lines).toHaveLength(2 * 6)
    const widths = lines.map((line) => line.length)
    expect(widths).toEqual([24, 24, 24, 24, 24, 24, 12, 12, 12, 12, 12, 12])
  })
})

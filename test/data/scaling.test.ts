import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteCounts, inputScale } from '../../ts/data/scaling.js'
import { dataset } from '../../ts/data/examples.js'

test('bytes are counted right whatever the width, the place in memory and the zeros', () => {
  const byte = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(255))
  fc.assert(
    fc.property(
      fc.array(byte, { minLength: 24, maxLength: 120 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(5),
      (bytes, width, offset) => {
        const inputs = Uint8Array.from([...new Array<number>(offset).fill(9), ...bytes])
        const count = Math.floor(bytes.length / width)
        const held = inputs.subarray(offset, offset + count * width)
        const some = Uint32Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 !== 1)
        const expected = new Float64Array(256)
        for (const example of some) {
          for (const value of held.subarray(example * width, (example + 1) * width)) {
            expected[value] = (expected[value] ?? 0) + 1
          }
        }
        expect(byteCounts(held, width, some)).toEqual(expected)
      },
    ),
  )
})

test('standardised bytes have mean 0 and deviation 1', () => {
  const inputs = Uint8Array.from({ length: 80 }, (_, i) => (i % 3 === 0 ? 0 : (i * 37) % 256))
  const data = dataset({ inputs, shape: [8], targets: new Uint8Array(10) })
  const all = Uint32Array.from({ length: 10 }, (_, i) => i)
  const { scale, shift } = inputScale(data, 'standardise', all)
  const x = Array.from(inputs, (value) => value * scale + shift)
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length
  const square = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length
  expect(mean).toBeCloseTo(0, 12)
  expect(square).toBeCloseTo(1, 12)
})

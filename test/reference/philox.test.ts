import { expect, test } from 'vitest'
import { normalQuantile, upperTail } from './normal.js'
import { kept, normal, philox, uniform, word, type Address } from './philox.js'

const ONES = 0xffffffffn

// Random123's kat_vectors, philox 4x32 10: counter, key, words.
test.each([
  [
    [0n, 0n, 0n, 0n],
    [0n, 0n],
    [0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n],
  ],
  [
    [ONES, ONES, ONES, ONES],
    [ONES, ONES],
    [0x408f276dn, 0x41c83b0en, 0xa20bc7c6n, 0x6d5451fdn],
  ],
  [
    [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n],
    [0xa4093822n, 0x299f31d0n],
    [0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n],
  ],
])('philox of %s is what its authors publish', (counter, key, words) => {
  expect(philox(counter, key)).toEqual(words)
})

const address: Address = { seed: 7, stream: 'noise', step: 3, index: 2 }

test('seeds, streams, steps and indices draw apart', () => {
  const changes: Partial<Address>[] = [
    ...[{}, { seed: 8 }, { seed: 7 + 2 ** 40 }, { stream: 'dropout' } as const],
    ...[{ step: 4 }, { step: 3 + 2 ** 33 }, { index: 1 }],
  ]
  const words = changes.map((change) => word({ ...address, ...change }, 5))
  expect(new Set(words).size).toBe(changes.length)
})

test('uniform draws stay within their range and have its variance', () => {
  const { data } = uniform(address, 40, 50, 0.5)
  expect(Math.max(...data.map(Math.abs))).toBeLessThan(0.5)
  const square = data.reduce((sum, value) => sum + value ** 2, 0) / data.length
  expect(square).toBeCloseTo(0.25 / 3, 2)
})

test('normal draws have their deviation', () => {
  const { data } = normal(address, 40, 50, 0.1)
  const square = data.reduce((sum, value) => sum + value ** 2, 0) / data.length
  expect(Math.sqrt(square) / 0.1).toBeCloseTo(1, 1)
})

test('dropout keeps the share that it should', () => {
  const { data } = kept(address, 40, 50, 0.3)
  expect(data.reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(0.7, 1)
})

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.1, -1.2815515655446004],
  [1e-9, -5.997807015007687],
  [1e-20, -9.262340089798409],
])('the quantile of the normal distribution at %d is %d', (p, quantile) => {
  expect(Math.abs(normalQuantile(p) - quantile)).toBeLessThan(1e-13 * (1 + Math.abs(quantile)))
})

test('the series and the fraction of the normal tail meet', () => {
  expect(upperTail(3 - 1e-12) / upperTail(3)).toBeCloseTo(1, 10)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ABSENT } from '../../../ts/report/sweep/client/axes.js'
import { layoutOf, nearest } from '../../../ts/report/sweep/client/layout.js'
import { selected } from '../../../ts/report/sweep/client/selection.js'

// Three configurations over two axes.
const places = Float32Array.from([0.1, 0.9, 0.5, 0.5, 0.8, ABSENT])

test('without ranges all are selected, and the first of them where a number is given', () => {
  expect(selected(places, { ranges: [[], []], top: undefined })).toEqual([0, 1, 2])
  expect(selected(places, { ranges: [[], []], top: 2 })).toEqual([0, 1])
})

test('ranges of one axis add to each other, those of two narrow each other', () => {
  const low = [0, 0.2] as const
  const high = [0.7, 1] as const
  expect(selected(places, { ranges: [[low, high], []], top: undefined })).toEqual([0, 2])
  expect(selected(places, { ranges: [[low, high], [[0, 1]]], top: undefined })).toEqual([0])
  expect(selected(places, { ranges: [[], [[ABSENT, ABSENT]]], top: undefined })).toEqual([2])
})

test('the best are counted among those within the ranges', () => {
  expect(selected(places, { ranges: [[[0.4, 1]], []], top: 1 })).toEqual([1])
})

test('a place on the picture leads back to it', () => {
  fc.assert(
    fc.property(fc.double({ min: ABSENT, max: 1, noNaN: true }), (place) => {
      const { y, placeAt, height } = layoutOf(5, 900)
      expect(placeAt(y(place))).toBeCloseTo(place, 9)
      expect(y(place)).toBeGreaterThan(0)
      expect(y(place)).toBeLessThan(height)
    }),
  )
})

test('many axes make the picture wider than the room there is', () => {
  expect(layoutOf(5, 900).width).toBe(900)
  const { width, gap } = layoutOf(30, 900)
  expect(width).toBeGreaterThan(3000)
  expect(gap).toBeGreaterThan(100)
})

test('the nearest line is found between two axes, and none far off', () => {
  const layout = layoutOf(2, 900)
  const middle = (layout.x(0) + layout.x(1)) / 2
  const at = (place: number) => ({ x: middle, y: layout.y(place) })
  const find = (place: number, indices = [0, 1, 2]) =>
    nearest(layout, places, 2, indices, at(place))
  // There the lines pass 0.5, 0.5 and 0.34.
  expect(find(0.34)).toBe(2)
  expect(find(0.5, [0, 2])).toBe(0)
  expect(find(0.5, [1, 2])).toBe(1)
  expect(find(0.9)).toBeUndefined()
})

import { expect, test } from 'vitest'
import { fitColumns, standardise } from '../../../ts/data/features/standardise.js'

test('columns get the mean and deviation of the rows that they are fitted on', () => {
  const values = Float32Array.of(1, 5, 3, 5, 100, 7)
  const fitted = fitColumns(values, 2, Uint32Array.of(0, 1))
  expect(fitted).toEqual({ mean: Float64Array.of(2, 5), deviation: Float64Array.of(1, 0) })
  standardise(values, 2, Uint32Array.of(0, 1, 2), fitted)
  // A column that never varied is only centred.
  expect(values).toEqual(Float32Array.of(-1, 0, 1, 0, 98, 2))
})

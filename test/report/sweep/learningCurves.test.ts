import { expect, test } from 'vitest'
import { meanCurve } from '../../../ts/report/sweep/learningCurves.js'

const curve = (...errors: number[]) =>
  errors.map((validationError, i) => ({ epoch: i + 1, validationError }))

test('a curve is the mean of the repeats that came to an epoch, with their deviation', () => {
  const found = meanCurve([curve(0.1, 0.2, 0.3), curve(0.3, 0.4)], 'validationError', 10)
  expect(found).toEqual({
    epochs: [1, 2, 3],
    mean: [0.2, 0.3, 0.3],
    deviation: [0.1414, 0.1414, null],
  })
})

test('a long curve keeps its first and last epoch, and others as far apart as can be', () => {
  const long = curve(...Array.from({ length: 101 }, (_, i) => i))
  const { epochs, mean } = meanCurve([long], 'validationError', 5) ?? { epochs: [], mean: [] }
  expect(epochs).toEqual([1, 26, 51, 76, 101])
  expect(mean).toEqual([0, 25, 50, 75, 100])
})

test('the untrained network is not part of a curve', () => {
  const points = [
    { epoch: 0, trainLoss: 2.3 },
    { epoch: 1, trainLoss: 0.5 },
  ]
  expect(meanCurve([points], 'trainLoss', 5)?.epochs).toEqual([1])
})

test('there is no curve of a figure that no epoch has, and none of what is not finite', () => {
  expect(meanCurve([curve(0.1)], 'testError', 5)).toBeUndefined()
  expect(meanCurve([curve(NaN, Infinity)], 'validationError', 5)).toBeUndefined()
  expect(meanCurve([], 'validationError', 5)).toBeUndefined()
})

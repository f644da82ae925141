import { expect, test } from 'vitest'
import { multiply, relative, transpose, zeros, norm, type Matrix } from './matrix.js'
import { pseudoinverse } from './pseudoinverse.js'
import { random } from './samples.js'

const shapes: [string, Matrix][] = [
  ['tall', random(1, 7, 4)],
  ['wide', random(2, 4, 7)],
  ['square', random(3, 5, 5)],
  ['of low rank', multiply(random(4, 7, 2), random(5, 2, 6))],
]

test.each(shapes)('the pseudoinverse of a matrix that is %s meets Penrose’s conditions', (_, m) => {
  const inverse = pseudoinverse(m)
  const [left, right] = [multiply(m, inverse), multiply(inverse, m)]
  expect(relative(multiply(left, m), m)).toBeLessThan(1e-12)
  expect(relative(multiply(right, inverse), inverse)).toBeLessThan(1e-12)
  expect(relative(transpose(left), left)).toBeLessThan(1e-12)
  expect(relative(transpose(right), right)).toBeLessThan(1e-12)
})

test('the pseudoinverse of zero is zero', () => {
  expect(norm(pseudoinverse(zeros(3, 2)))).toBe(0)
})

/** The 2014 paper's theorems on a linear network without biases. */
import { expect, test } from 'vitest'
import { add, inner, multiply, norm, subtract, transpose, zeros } from './matrix.js'
import { of, type Parameters } from './network.js'
import { pseudoinverse } from './pseudoinverse.js'
import { fa } from './rules/fa.js'
import { random } from './samples.js'
import { look, type PerBlock, type Task } from './teach.js'
import type { Matrix } from './matrix.js'

/** A linear network 6-5-3 on some rows; T of the task is linear too. */
function linear(rows: number, weights: Matrix[], learningRate: number): Task {
  const x = random(20, rows, 6)
  return {
    network: {
      blocks: weights.map(() => ({ linear: { kind: 'dense' }, parts: [] })),
      loss: { kind: 'mse', output: 'identity' },
    },
    parameters: weights.map((weight) => ({ weight })),
    x,
    targets: multiply(x, random(21, 6, 3)),
    learningRate,
  }
}

const feedback: PerBlock = [undefined, random(22, 5, 3)]

function learn(task: Task, steps: number): Task {
  let parameters: readonly Parameters[] = task.parameters
  for (let i = 0; i < steps; i++) {
    const changes = fa({ ...task, parameters }, feedback)
    parameters = parameters.map(({ weight }, block) => {
      return { weight: add(weight, of(changes, block).weight) }
    })
  }
  return { ...task, parameters }
}

/** B Wᵀ + W Bᵀ − W₀ᵀ W₀, in row vectors: BW + WᵀBᵀ − W₀W₀ᵀ of the paper's columns. */
function conserved({ parameters }: Task): Matrix {
  const [bottom, top] = [of(parameters, 0).weight, of(parameters, 1).weight]
  const product = multiply(of(feedback, 1), transpose(top))
  return subtract(add(product, transpose(product)), multiply(transpose(bottom), bottom))
}

test('Theorem 1: small steps of feedback alignment conserve BW + WᵀBᵀ − W₀W₀ᵀ', () => {
  const start = [random(23, 6, 5, 0.3), random(24, 5, 3, 0.3)]
  const drift = (steps: number): { drift: number; moved: number } => {
    const before = linear(10, start, 5 / steps)
    const after = learn(before, steps)
    const product = (task: Task): Matrix =>
      multiply(of(feedback, 1), transpose(of(task.parameters, 1).weight))
    return {
      drift: norm(subtract(conserved(after), conserved(before))),
      moved: norm(subtract(product(after), product(before))),
    }
  }
  const [coarse, fine] = [drift(1000), drift(2000)]
  expect(fine.drift / fine.moved).toBeLessThan(5e-3)
  // The drift is of the step's size: of continuous time it is none.
  expect(coarse.drift / fine.drift).toBeCloseTo(2, 1)
})

test('Theorem 2: on one example, from zero weights, Δh is a positive multiple of W⁺e', () => {
  const task = learn(linear(1, [zeros(6, 5), zeros(5, 3)], 0.02), 20)
  const { error } = look(task).out
  expect(norm(error)).toBeGreaterThan(0.01)
  const aligned = multiply(error, transpose(of(feedback, 1)))
  const inverse = multiply(error, pseudoinverse(of(task.parameters, 1).weight))
  expect(inner(aligned, inverse) / norm(aligned) / norm(inverse)).toBeCloseTo(1, 10)
})

test('from zero weights feedback alignment learns the linear task', () => {
  const before = linear(10, [zeros(6, 5), zeros(5, 3)], 0.1)
  const error = (task: Task): number => norm(look(task).out.error)
  expect(error(learn(before, 3000)) / error(before)).toBeLessThan(0.01)
})

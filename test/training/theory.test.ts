/** The 2014 paper's linear networks, trained by the library. */
import { expect, test } from 'vitest'
import type { Examples } from '../../ts/data/examples.js'
import type { Session } from '../../ts/engine/index.js'
import { rules } from '../../ts/rules/index.js'
import { losses } from '../../ts/training/losses.js'
import * as m from '../reference/matrix.js'
import { uniform } from '../reference/philox.js'
import { pseudoinverse } from '../reference/pseudoinverse.js'
import { look } from '../reference/teach.js'
import { taskOf, tensor } from './bridge.js'
import { linearNetwork as net, linearTask as task } from './linearTask.js'
import { engineData, smallOptions, smallSession, train } from './small.js'

/** A session under feedback alignment with weights of a range, and the paper's B ~ U(±½). */
function session(range: number, batch: number): Session {
  const loss = losses.mse()
  const rule = rules.fa()
  const made = smallSession(smallOptions({ network: net, rule, loss, labels: false, batch }))
  const write = (name: string, index: number, within: number): void => {
    const { rows, columns } = tensor(made, name)
    const drawn = uniform({ seed: 2, stream: 'weights', step: 0, index }, rows, columns, within)
    made.write(name, Float32Array.from(drawn.data))
  }
  write('blocks.0.weight', 0, range)
  write('blocks.1.weight', 1, range)
  write('blocks.1.feedback', 2, 0.5)
  return made
}

/** y − t of the examples. */
function errorOf(trained: Session, examples: Examples): m.Matrix {
  const given = { network: net, session: trained, seed: 5, examples, learningRate: 1 }
  return look(taskOf({ ...given, loss: { kind: 'mse', output: 'identity' } })).out.error
}

/** The cosine between what B and another matrix of W's shape send down. */
function alignment(trained: Session, examples: Examples, other: m.Matrix): number {
  const error = errorOf(trained, examples)
  const [sent, meant] = [tensor(trained, 'blocks.1.feedback'), other].map((matrix) =>
    m.multiply(error, m.transpose(matrix)),
  )
  if (sent === undefined || meant === undefined) return NaN
  return m.inner(sent, meant) / m.norm(sent) / m.norm(meant)
}

const degrees = (cosine: number): number => (Math.acos(cosine) * 180) / Math.PI

test('feedback alignment learns the linear task, and its signal turns towards W’s', async () => {
  const examples = task(2000)
  const trained = session(0.01, 1)
  const data = engineData(examples)
  const angle = (): number =>
    degrees(alignment(trained, examples, tensor(trained, 'blocks.1.weight')))
  const before = m.norm(errorOf(trained, examples))
  expect(Math.abs(angle() - 90)).toBeLessThan(15)
  await train(trained, data, 1, 1e-3)
  expect(angle()).toBeLessThan(45)
  await train(trained, data, 4, 1e-3)
  expect(m.norm(errorOf(trained, examples)) / before).toBeLessThan(0.05)
})

/** B Wᵀ + W Bᵀ − W₀ᵀ W₀, biases being a row of W₀ more, and its first term. */
function conserved(trained: Session): { sum: m.Matrix; product: m.Matrix } {
  const of = (name: string): m.Matrix => tensor(trained, `blocks.${name}`)
  const product = m.multiply(of('1.feedback'), m.transpose(of('1.weight')))
  const square = (matrix: m.Matrix): m.Matrix => m.multiply(m.transpose(matrix), matrix)
  const squares = m.add(square(of('0.weight')), square(of('0.bias')))
  return { sum: m.subtract(m.add(product, m.transpose(product)), squares), product }
}

test('Theorem 1: small steps conserve BW + WᵀBᵀ − W₀W₀ᵀ', async () => {
  const trained = session(0.1, 40)
  const before = conserved(trained)
  await train(trained, engineData(task(40)), 2000, 1e-3)
  const after = conserved(trained)
  const moved = m.norm(m.subtract(after.product, before.product))
  expect(moved).toBeGreaterThan(0.1 * m.norm(before.product))
  expect(m.norm(m.subtract(after.sum, before.sum)) / moved).toBeLessThan(0.01)
})

test('Theorem 2: on one example, from zero weights, Δh is a positive multiple of W⁺e', async () => {
  const trained = session(0, 1)
  const examples = task(1)
  await train(trained, engineData(examples), 20, 0.002)
  expect(m.norm(errorOf(trained, examples))).toBeGreaterThan(0.1)
  const inverse = m.transpose(pseudoinverse(tensor(trained, 'blocks.1.weight'), 1e-6))
  expect(alignment(trained, examples, inverse)).toBeCloseTo(1, 5)
})

import { expect, test } from 'vitest'
import { parseNetwork } from '../../ts/network/index.js'
import { add, defineRule, rules, through, direct } from '../../ts/rules/index.js'
import { engineData, smallOptions, smallSession, train, values } from './small.js'

test('feedback alignment with B equal to W is backpropagation to the last bit', async () => {
  // One step: after it W has moved and B has not.
  const options = smallOptions({ batch: 40 })
  const bp = smallSession(options)
  const fa = smallSession({ ...options, rule: rules.fa() })
  const data = engineData()
  for (let step = 0; step < 5; step++) {
    for (const block of [1, 2]) {
      fa.write(`blocks.${block}.feedback`, fa.read(`blocks.${block}.weight`).data)
    }
    await train(bp, data)
    await train(fa, data)
  }
  expect(fa.weightsSha256).toBe(bp.weightsSha256)
})

test('feedback alignment leaves its feedback matrices as they were', async () => {
  const fa = smallSession(smallOptions({ rule: rules.fa() }))
  const before = fa.read('blocks.1.feedback').data
  await train(fa, engineData(), 5)
  expect(fa.read('blocks.1.feedback').data).toEqual(before)
})

test('backpropagation and feedback alignment start from the same weights', () => {
  const bp = smallSession(smallOptions())
  const fa = smallSession(smallOptions({ rule: rules.fa() }))
  expect(fa.weightsSha256).toBe(bp.weightsSha256)
})

test('shallow learning changes the last block only', async () => {
  const session = smallSession(smallOptions({ rule: rules.shallow() }))
  const before = [0, 1, 2].map((block) => session.read(`blocks.${block}.weight`).data)
  await train(session, engineData())
  const after = [0, 1, 2].map((block) => session.read(`blocks.${block}.weight`).data)
  expect(after[0]).toEqual(before[0])
  expect(after[1]).toEqual(before[1])
  expect(after[2]).not.toEqual(before[2])
})

test('a rule of one’s own can add signals', async () => {
  const mixed = defineRule({
    name: 'mixed',
    signal: ({ above, block, out, fixed, D }) =>
      add(through(above, fixed(above)), direct(out.error, D(block))),
  })
  const session = smallSession(smallOptions({ rule: mixed }))
  const before = session.weightsSha256
  await train(session, engineData())
  expect(session.weightsSha256).not.toBe(before)
})

/** left [I × r] · right [r × O], row-major. */
function product(left: Float32Array, right: Float32Array, rank: number): Float32Array {
  const columns = right.length / rank
  return Float32Array.from({ length: (left.length / rank) * columns }, (_, at) => {
    const [i, o] = [Math.floor(at / columns), at % columns]
    let sum = 0
    for (let k = 0; k < rank; k++) sum += (left[i * rank + k] ?? 0) * (right[k * columns + o] ?? 0)
    return sum
  })
}

test('feedback of low rank carries what the product of its factors carries', async () => {
  const rank = 3
  const whole = smallSession(smallOptions({ rule: rules.fa() }))
  const low = smallSession(smallOptions({ rule: rules.fa(), feedbackRank: rank }))
  const factors = ['left', 'right'].map((side) => low.read(`blocks.1.feedback.${side}`))
  expect(factors.map(({ shape }) => shape)).toEqual([
    [20, rank],
    [rank, 18],
  ])
  const [left, right] = factors.map(({ data }) => data)
  whole.write('blocks.1.feedback', product(left ?? values(0), right ?? values(0), rank))
  // The top matrix, 18 × 4, has factors too.
  const top = ['left', 'right'].map((side) => low.read(`blocks.2.feedback.${side}`).data)
  whole.write('blocks.2.feedback', product(top[0] ?? values(0), top[1] ?? values(0), rank))
  const before = low.read('blocks.0.weight').data
  await train(whole, engineData())
  await train(low, engineData())
  for (const block of [0, 1, 2]) {
    const [one, other] = [low, whole].map((session) => session.read(`blocks.${block}.weight`).data)
    one?.forEach((value, i) => {
      expect(value).toBeCloseTo(other?.[i] ?? NaN, 6)
    })
  }
  expect(low.read('blocks.0.weight').data).not.toEqual(before)
  expect(low.read('blocks.1.feedback.left').data).toEqual(left)
})

test('feedback of low rank has the spread of the whole matrix that it stands for', () => {
  const network = parseNetwork('50-200-300-10')
  const spread = (data: Float32Array): number =>
    Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)
  const whole = smallSession(smallOptions({ network, rule: rules.fa() }))
  const low = smallSession(smallOptions({ network, rule: rules.fa(), feedbackRank: 32 }))
  const factor = (side: string): Float32Array => low.read(`blocks.1.feedback.${side}`).data
  const made = spread(product(factor('left'), factor('right'), 32))
  expect(made / spread(whole.read('blocks.1.feedback').data)).toBeCloseTo(1, 1)
})

test('a rank as high as the matrix leaves it whole', () => {
  const options = smallOptions({ rule: rules.fa(), feedbackRank: 4 })
  const session = smallSession(options)
  expect(session.read('blocks.1.feedback.left').shape).toEqual([20, 4])
  expect(session.read('blocks.2.feedback').shape).toEqual([18, 4])
})

import { expect, test } from 'vitest'
import { add, defineRule, rules, through, direct } from '../../ts/rules/index.js'
import { engineData, smallOptions, smallSession, train } from './small.js'

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

import { expect, test } from 'vitest'
import { defineRule, direct, rules, sign, type Rule } from '../../ts/index.js'
import { engineData, smallOptions, smallSession, train } from '../training/small.js'

test('sdfa can be written with what the library exports, to the same bits', async () => {
  const mine = defineRule({
    name: 'mine',
    signal: ({ block, out, D }) => direct(sign(out.error), D(block)),
  })
  const weights = async (rule: Rule) => {
    const session = smallSession(smallOptions({ rule }))
    await train(session, engineData(), 2)
    return session.weightsSha256
  }
  expect(await weights(mine)).toBe(await weights(rules.sdfa()))
  expect(await weights(mine)).not.toBe(await weights(rules.dfa()))
})

import { expect, test } from 'vitest'
import {
  defineRule,
  direct,
  fit,
  none,
  optimizers,
  parseNetwork,
  rules,
  schedules,
  sign,
  type Rule,
} from '../../ts/index.js'
import {
  engineData,
  finish,
  smallData,
  smallOptions,
  smallSession,
  train,
} from '../training/small.js'

test('a rule of one’s own trains with the defaults that it tells', async () => {
  const own = { name: 'mine', signal: () => none() }
  expect(defineRule(own).defaults).toEqual({ learningRate: 0.05, weightDecay: 0, weightScale: 1 })
  const told = defineRule({ ...own, defaults: { learningRate: 0.1, weightDecay: 0.25 } })
  const how = { data: smallData(), network: parseNetwork('12-8-4', 'tanh'), epochs: 1, batch: 16 }
  const schedule = schedules.cosine()
  const optimizer = optimizers.sgd({ learningRate: 0.1, weightDecay: 0.25, schedule })
  const usual = await finish(fit({ ...how, rule: told }))
  expect(usual).toBe(await finish(fit({ ...how, rule: told, optimizer })))
  expect(usual).not.toBe(await finish(fit({ ...how, rule: defineRule(own) })))
})

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

import { describe, expect, test } from 'vitest'
import { datasets } from '../../ts/data/sets/index.js'
import { dense, network } from '../../ts/network/index.js'
import { rules, type Rule } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { engineData, smallOptions, smallSession, train } from '../training/small.js'

const blocks = [1, 2] as const

for (const name of ['usf', 'brsf', 'frsf'] as const) {
  describe(`under ${name}`, () => {
    test('feedback agrees in sign with the weights before training and after every step', async () => {
      const session = smallSession(smallOptions({ rule: rules[name]() }))
      const agree = () => {
        for (const block of blocks) {
          const [w, b] = [`blocks.${block}.weight`, `blocks.${block}.feedback`].map((one) =>
            session.read(one).data.map(Math.sign),
          )
          expect(b).toEqual(w)
        }
      }
      agree()
      const data = engineData()
      for (let step = 0; step < 10; step++) {
        await train(session, data, 1, 1)
        agree()
      }
    })

    test('feedback follows weights that are written', () => {
      const session = smallSession(smallOptions({ rule: rules[name]() }))
      const turned = session.read('blocks.1.weight').data.map((value) => -value)
      session.write('blocks.1.weight', turned)
      const feedback = session.read('blocks.1.feedback').data
      expect(feedback.map(Math.sign)).toEqual(turned.map(Math.sign))
    })
  })
}

describe('the sizes of sign-symmetric feedback', () => {
  const sizes = async (rule: 'usf' | 'brsf' | 'frsf') => {
    const session = smallSession(smallOptions({ rule: rules[rule]() }))
    const read = () => session.read('blocks.1.feedback').data.map(Math.abs)
    const before = read()
    await train(session, engineData(), 1)
    return { before, after: read() }
  }

  test('are one under usf', async () => {
    const { before, after } = await sizes('usf')
    expect(new Set([...before, ...after]).size).toBe(1)
  })

  test('stay under frsf', async () => {
    const { before, after } = await sizes('frsf')
    expect(after).toEqual(before)
    expect(new Set(before).size).toBeGreaterThan(before.length / 2)
  })

  test('are drawn anew under brsf', async () => {
    const { before, after } = await sizes('brsf')
    expect(after.filter((value, i) => value === before[i]).length).toBeLessThan(before.length / 10)
  })
})

describe('on digits feedback comes to agree with the weights', () => {
  const finalAngles = async (rule: Rule) => {
    const { train: data } = await datasets.digits()
    const run = fit({
      network: network(784, dense(64, 'tanh'), dense(32, 'tanh'), dense(10)),
      rule,
      optimizer: optimizers.sgd({ learningRate: 0.05 }),
      data,
      epochs: 10,
    })
    let angles: (number | null)[] = []
    for await (const event of run) {
      if (event.event !== 'epoch') continue
      angles = event.blocks.slice(1).map(({ weightAngle }) => weightAngle)
    }
    expect(angles).toHaveLength(2)
    return angles.map((angle) => angle ?? 90)
  }

  test('within 20° under kolen-pollack', async () => {
    for (const angle of await finalAngles(rules.kolenPollack({ decay: 5e-3 })))
      expect(angle).toBeLessThan(20)
  })

  test('within 30° under weight-mirror', async () => {
    for (const angle of await finalAngles(rules.weightMirror())) expect(angle).toBeLessThan(30)
  })
})

import { expect, test } from 'vitest'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { scores } from '../reference/rules/index.js'
import { taskOf } from './bridge.js'
import { engineData, smallData, smallOptions, smallSession, train } from './small.js'

test.each(['12-20-18-16-4', '12-20-dropout0.3-18-maxout2-4', '12-20-4'])(
  'under forward-forward %s says the class with the most goodness above the first block',
  async (text) => {
    const network = parseNetwork(text, 'relu')
    const session = smallSession(smallOptions({ network, rule: rules.forwardForward() }))
    const [data, examples] = [engineData(), smallData()]
    const all = Uint32Array.from({ length: data.count }, (_, i) => i)
    for (let round = 0; round < 3; round++) {
      const given = { network, session, seed: 5, examples, learningRate: 1 }
      const task = taskOf({ ...given, loss: { kind: 'cross-entropy' } })
      const { rows, columns, data: goodness } = scores(task)
      const wrong = Array.from({ length: rows }, (_, row) => row).filter((row) => {
        const own = goodness.subarray(row * columns, (row + 1) * columns)
        return task.targets.data[row * columns + own.indexOf(Math.max(...own))] !== 1
      })
      const metrics = await session.run('evaluate', data, all)
      expect(metrics.sum('errors')).toBe(wrong.length)
      await train(session, data, 5, 0.05)
    }
  },
)

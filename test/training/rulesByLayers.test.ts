import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import { everywhere, parseNetwork } from '../../ts/network/index.js'
import { allRules } from '../../ts/rules/index.js'
import { fit } from '../../ts/training/fit.js'
import { finish, smallFit } from './small.js'

const networks = [
  '4x3-conv3x2p1:5-pool2-20-4',
  '4x3-conv2p1:5-conv2:7-average2s1-4',
  '4x3-local2x2:2x2x9-18-4',
  '12-20-norm-18-norm-4',
  '12-20-maxout2-dropout0.2-18-4',
]

/** Why a rule refuses a network: of these alone. */
const refusals: Readonly<Record<string, RegExp>> = {
  'pseudo-bp': /no kernel|not local/,
  'node-perturbation': /batch statistics/,
  pepita: /maxout/,
  'forward-forward': /corner|batch statistics/,
  dtp: /pooling/,
}

/** The hash of a short run's weights, or why there is none. */
async function trained(maker: (typeof allRules)[number], text: string, threads: number) {
  const network = everywhere(parseNetwork(text), { inputDropout: 0.1, inputNoise: 0.1 })
  try {
    return await finish(fit(smallFit({ rule: maker(), network, threads, epochs: 2 })))
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
}

for (const maker of allRules) {
  describe(maker.ruleName, () => {
    for (const text of networks) {
      test(`trains ${text} to the same bits on any number of threads, or says why not`, async () => {
        const [one, two] = [await trained(maker, text, 1), await trained(maker, text, 2)]
        expect(two).toEqual(one)
        if (typeof one === 'string') return
        expect(one.message).toMatch(/cannot train network\.blocks\[\d\]: /)
        expect(one.message).toMatch(refusals[maker.ruleName] ?? /nothing/)
      })
    }
  })
}

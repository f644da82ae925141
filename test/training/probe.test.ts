/** What is measured where: in epochs, on demand, on which examples. */
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import { dense, network } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { Calls } from '../../ts/training/calls.js'
import { Diagnostics, type BlockDiagnostics } from '../../ts/training/diagnostics.js'
import { fit } from '../../ts/training/fit.js'
import * as m from '../reference/matrix.js'
import { pseudoinverse } from '../reference/pseudoinverse.js'
import { weights } from '../reference/teach.js'
import { at, holds } from './bridge.js'
import {
  COUNT,
  degrees,
  deltas,
  examplesOf,
  expectAngle,
  feedbackOf,
  networkOf,
  probed,
} from './probed.js'
import { engineData, finish, smallFit, smallOptions, smallSession } from './small.js'

describe('the angle to the signal of pseudoinverses', () => {
  const net = networkOf('dense, tanh')

  test('is that to pseudo-backpropagation through all blocks above', async () => {
    const { blocks, session, whole } = await probed({ network: net, rule: rules.fa(), batch: 8 })
    const inverses = weights(whole).map((weight) => m.transpose(pseudoinverse(weight)))
    const own = deltas(whole, feedbackOf(session, net))
    const solved = deltas(whole, inverses)
    blocks.slice(0, -1).forEach((found, i) => {
      const expected = degrees(at(own.deltas, i), at(solved.deltas, i))
      expectAngle(found.pseudoinverseAngle, expected, 'pseudoinverse')
    })
    expect(at(blocks, 3).pseudoinverseAngle).toBeNull()
  })

  test('is zero for pseudo-backpropagation itself', async () => {
    const { blocks } = await probed({ network: net, rule: rules.pseudoBp(), batch: 8 })
    for (const found of blocks.slice(0, -1)) expect(found.pseudoinverseAngle).toBeLessThan(0.1)
  })

  test('is left out below a weight that is too large, and no such matrix is kept', async () => {
    const setting = { network: net, rule: rules.fa(), batch: 8, largestInverse: 399 }
    const { blocks, session } = await probed(setting)
    expect(blocks.map(({ pseudoinverseAngle: angle }) => angle === null)).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect(holds(session, 'blocks.2.inverse')).toBe(false)
  })
})

test('a unit is dead that was zero on all examples, whatever batches they came in', async () => {
  const net = network(12, dense(20, 'relu'), dense(4))
  for (const batch of [1, 5, COUNT]) {
    const session = smallSession(smallOptions({ network: net, batch }))
    const bias = new Float32Array(20)
    session.write('blocks.0.bias', bias.fill(-1e3, 0, 7))
    const data = engineData(examplesOf(net))
    const diagnostics = new Diagnostics(new Calls(session), net)
    const measured = async (examples: readonly number[]): Promise<number | null | undefined> =>
      (await diagnostics.measure({ data, examples: Uint32Array.from(examples) }))?.[0]?.dead
    // An example alone leaves more units silent than many do, also after others.
    const all = await measured([...Array(COUNT).keys()])
    expect(all).toBe(7 / 20)
    expect(await measured([3])).toBeGreaterThan(7 / 20)
  }
})

describe('a run', () => {
  test('probes any of its splits, and measures as its epochs do', async () => {
    const data = smallFit().data
    const run = fit(smallFit({ rule: rules.fa(), epochs: 2, validation: 0.25, test: data }))
    let last: readonly BlockDiagnostics[] = []
    for await (const event of run) if (event.event === 'epoch') last = event.blocks
    const before = run.model.snapshot()
    expect(await run.probe('validation')).toEqual(last)
    const [train, testing] = [await run.probe('train'), await run.probe('test', 5)]
    expect(train).toHaveLength(3)
    expect(train).not.toEqual(last)
    expect(testing).not.toEqual(train)
    expect(run.model.snapshot()).toEqual(before)
    run[Symbol.dispose]()
  })

  test('has no examples to probe that it was not given', async () => {
    const run = fit(smallFit({ epochs: 1 }))
    await finish(run)
    await expect(run.probe('test')).rejects.toThrow(UsageError)
    await expect(run.probe('validation')).rejects.toThrow(/no validation examples/)
    await expect(run.probe('train', 0)).rejects.toThrow(/examples 0 is not a whole number/)
    run[Symbol.dispose]()
  })
})

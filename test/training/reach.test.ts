import { expect, test } from 'vitest'
import { compile } from '../../ts/compile/index.js'
import { parseNetwork } from '../../ts/network/index.js'
import { rules } from '../../ts/rules/index.js'
import { smallOptions } from './small.js'

/** What each B multiplies signals by, from the input side: its reach by that of a signal kept. */
function reaches(hidden: number): number[] {
  const network = parseNetwork(`12-${'300-'.repeat(hidden)}10`, 'tanh')
  const { tensors } = compile(smallOptions({ network, rule: rules.fa() }))
  return tensors.flatMap(({ role, init, shape }) => {
    if (role !== 'feedback' || init.kind !== 'uniform') return []
    const [, outputs = 1] = shape
    return [init.range / (outputs === 10 ? 1 : Math.sqrt(3 / outputs))]
  })
}

test('feedback teaches the first hidden block as much in a network of any depth', () => {
  for (let hidden = 1; hidden < 9; hidden++) {
    const found = reaches(hidden)
    expect(found).toHaveLength(hidden)
    expect(found.reduce((product, reach) => product * reach)).toBeCloseTo(0.96, 5)
    expect(Math.min(...found)).toBeGreaterThan(0.0599)
  }
})

test('three hidden blocks have the reaches that were chosen for them', () => {
  const [top, ...below] = reaches(3).sort((a, b) => a - b)
  expect(top).toBeCloseTo(0.06, 6)
  expect(below).toEqual([4, 4].map((reach) => expect.closeTo(reach, 6) as number))
})

import { expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'

const long = () => ({
  shape: [28, 28, 1],
  blocks: [
    {
      kind: 'conv2d',
      channels: 32,
      kernel: 5,
      padding: 2,
      parts: [{ kind: 'batchNorm' }, { kind: 'tanh' }, { kind: 'maxPool', size: 2 }],
    },
    { kind: 'local2d', field: [3, 2], layout: 2, units: 16, parts: [{ kind: 'tanh' }] },
    { kind: 'dense', width: 100, parts: [{ kind: 'maxout' }, { kind: 'dropout', rate: 0.5 }] },
    { kind: 'dense', width: 10 },
  ] as Record<string, unknown>[],
})

test('the long form says what the short form says', () => {
  const short = '28x28-conv5p2:32-norm-pool2-local3x2:2x2x16-100-maxout2-dropout0.5-10'
  expect(parseNetwork(long())).toEqual(parseNetwork(short))
})

test('a bad value is refused with its path', () => {
  const refuse = (change: (form: ReturnType<typeof long>) => unknown, message: string): void => {
    const form = long()
    change(form)
    expect(() => parseNetwork(form)).toThrow(UsageError)
    expect(() => parseNetwork(form)).toThrow(message)
  }
  refuse(
    (form) => (form.blocks[2] = { kind: 'dense', width: 0 }),
    'network.blocks[2].width: 0 is not a whole number from 1 to 1,000,000',
  )
  refuse(
    (form) => (form.blocks[2] = { kind: 'densse', width: 3 }),
    'network.blocks[2].kind: "densse" is none of dense, local2d, conv2d; did you mean "dense"?',
  )
  refuse((form) => (form.blocks[2] = { kind: 'dense' }), 'network.blocks[2].width: is missing')
  refuse(
    (form) => (form.blocks[2] = { kind: 'dense', width: 3, wdth: 4 }),
    'network.blocks[2].wdth: there is no such key',
  )
  refuse(
    (form) =>
      (form.blocks[2] = { kind: 'dense', width: 3, parts: [{ kind: 'dropout', rate: -1 }] }),
    'network.blocks[2].parts[0].rate: -1 is not a number from 0 to below 1',
  )
  refuse(
    (form) => (form.blocks[0] = { ...form.blocks[0], kernel: [5] }),
    'network.blocks[0].kernel: [5] is not a size, a number or [down, across]',
  )
  refuse(
    (form) => (form.shape = [28, 28]),
    'network.shape: is neither a count nor [height, width, channels]',
  )
  refuse((form) => (form.blocks = []), 'network.blocks: a network needs at least one block')
  refuse(
    (form) => (form.blocks[1] = { ...form.blocks[1], field: 40 }),
    'network.blocks[1].field: 40 × 40 is larger than the 14 × 14 places below',
  )
})

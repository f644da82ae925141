import { describe, expect, test } from 'vitest'
import { UsageError } from '../../ts/errors.js'
import {
  conv2d,
  dense,
  describe as short,
  dropout,
  layoutsOf,
  local2d,
  maxout,
  maxPool,
  averagePool,
  batchNorm,
  network,
  parameterCount,
  parseNetwork,
} from '../../ts/network/index.js'

describe('the short form', () => {
  test('of widths is a stack of dense blocks, the last one linear', () => {
    const expected = network(784, dense(1500, 'relu'), dense(10))
    expect(parseNetwork('784-1500-10', 'relu')).toEqual(expected)
  })

  test('has a word for every block and part', () => {
    const expected = network(
      [28, 28, 1],
      conv2d({ channels: 32, kernel: 5, padding: 2 }, batchNorm(), 'tanh', maxPool(2)),
      conv2d({ channels: 8, kernel: [3, 2], stride: 2 }, 'tanh', averagePool(2, 1)),
      local2d({ field: [3, 2], layout: [2, 2], units: 16 }, 'tanh'),
      dense(100, maxout(2), dropout(0.5)),
      dense(10),
    )
    const text =
      '28x28-conv5p2:32-norm-pool2-conv3x2s2:8-average2s1-local3x2:2x2x16-100-maxout2-dropout0.5-10'
    expect(parseNetwork(text)).toEqual(expected)
  })

  test('is what a network is described by', () => {
    for (const text of [
      '784-1500-10',
      '28x28x1-conv5x5p2:32-norm-pool2-conv3x2s2:8-average2s1-100-maxout2-dropout0.5-10',
      '8x8x3-local3x2:2x2x16-pool2-10',
    ]) {
      expect(short(parseNetwork(text))).toBe(text)
      expect(parseNetwork(short(parseNetwork(text)))).toEqual(parseNetwork(text))
    }
  })
})

test('layouts flow from the input up', () => {
  const text = '28x28-conv5:4-pool2-local3x3:6x5x16-100-maxout4-10'
  const layouts = layoutsOf(parseNetwork(text))
  expect(layouts.map(({ linear }) => linear)).toEqual([[24, 24, 4], [6, 5, 16], [100], [10]])
  expect(layouts.map(({ output }) => output)).toEqual([[12, 12, 4], [6, 5, 16], [25], [10]])
  expect(layouts.map(({ weight }) => weight)).toEqual([
    [25, 4],
    [576, 480],
    [480, 100],
    [25, 10],
  ])
  expect(layouts.map(({ fanIn }) => fanIn)).toEqual([25, 36, 480, 25])
})

test('parameters are those that can be other than zero', () => {
  expect(parameterCount(parseNetwork('784-100-10'))).toBe(784 * 100 + 100 + 100 * 10 + 10)
  expect(parameterCount(parseNetwork('6x6-conv3:4-norm-10'))).toBe(9 * 4 + 4 + 8 + 64 * 10 + 10)
  // Two panels, each of one place.
  expect(parameterCount(parseNetwork('4x4-local2x2:1x2x16-1'))).toBe(2 * 4 * 16 + 32 + 33)
  // The first panel sees both places, which overlap in nothing.
  expect(parameterCount(parseNetwork('4x4-local2x2:1x2x12-1'))).toBe(8 * 16 + 4 * 8 + 24 + 25)
})

describe('what cannot be is refused with its path and a cure:', () => {
  const refuse = (text: string, message: string): void => {
    expect(() => parseNetwork(text)).toThrow(UsageError)
    expect(() => parseNetwork(text)).toThrow(message)
  }

  test('a local field larger than its layer', () => {
    refuse(
      '6x6-local7x3:2x2x16-10',
      'network.blocks[0].field: 7 × 3 is larger than the 6 × 6 places below; choose at most 6 × 6',
    )
  })

  test('pooling that leaves nothing', () => {
    refuse(
      '6x6-conv3:4-pool5-10',
      'network.blocks[0].parts[1].size: windows of 5 × 5 leave nothing of 4 × 4 places; ' +
        'choose at most 4 × 4',
    )
  })

  test('a kernel that does not fit, or padding that is not below it', () => {
    refuse('6x6-conv7:4-10', 'network.blocks[0].kernel: 7 × 7 does not fit into 6 × 6 places')
    refuse('6x6-conv3p3:4-10', "network.blocks[0].padding: 3 × 3 is not below the kernel's 3 × 3")
  })

  test('places wanted of an input without', () => {
    const cure = 'finds 36 units in a row; begin the network with its layout, like 28x28x1'
    refuse('36-conv3:4-10', `network.blocks[0]: conv2d needs places of height`)
    refuse('36-conv3:4-10', cure)
    refuse('36-local3:2x2x16-10', cure)
    refuse('6x6-36-pool2-10', 'network.blocks[0].parts[1]: maxPool needs places')
  })

  test('pieces that do not divide, a second dropout, a rate of one', () => {
    refuse('6-10-maxout3-2', 'network.blocks[0].parts[0].pieces: 10 units are no whole number of 3')
    refuse(
      '6-10-dropout0.1-dropout0.2-2',
      'network.blocks[0].parts: a block has one dropout at most',
    )
    refuse('6-10-dropout1-2', 'the rate of dropout is 1, not a number from 0 to below 1')
    expect(() => dropout(-0.5)).toThrow('the rate of dropout is -0.5')
  })

  test('words that nobody knows', () => {
    refuse('784-x-10', 'network "784-x-10": "x" is none of 1500, local14x14:2x2x375, conv5x5:32')
    refuse('784', 'network "784" needs inputs and outputs, like 784-10')
    refuse('28y28-10', 'network "28y28-10": "28y28" are no inputs, like 784 or 28x28')
    refuse('28x28-pool2-10', 'pool2 has no block before it')
    refuse('784-0-10', 'the width of a dense block is 0')
  })
})

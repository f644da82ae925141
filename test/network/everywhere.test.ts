import { expect, test } from 'vitest'
import { fitOptions, fromFlags, resolveConfig, type Given } from '../../ts/config/index.js'
import { datasets } from '../../ts/data/sets/index.js'
import { everywhere, parseNetwork } from '../../ts/network/index.js'

const kinds = (given: Parameters<typeof everywhere>[1], text = '6x6-conv3:4-pool2-20-5') =>
  everywhere(parseNetwork(text), given).blocks.map(({ parts }) => parts.map(({ kind }) => kind))

test('hidden blocks get dropout behind and normalisation before their activation', () => {
  expect(kinds({ dropout: 0.5, batchNorm: true })).toEqual([
    ['batchNorm', 'activation', 'maxPool', 'dropout'],
    ['batchNorm', 'activation', 'dropout'],
    [],
  ])
  expect(kinds({ dropout: 0, batchNorm: false })).toEqual([
    ['activation', 'maxPool'],
    ['activation'],
    [],
  ])
})

test('what a block has of its own stays', () => {
  const own = kinds({ dropout: 0.5, batchNorm: true }, '6-20-norm-dropout0.1-5')
  expect(own).toEqual([['batchNorm', 'activation', 'dropout'], []])
})

test('rates that are none are refused by name', () => {
  const small = parseNetwork('6-5')
  expect(() => everywhere(small, { dropout: -0.1 })).toThrow('dropout is -0.1, not a number from 0')
  expect(() => everywhere(small, { inputDropout: 1 })).toThrow('inputDropout is 1')
  expect(() => everywhere(small, { inputNoise: -1 })).toThrow('inputNoise is -1')
})

const flags = (given: Record<string, string>): Given => fromFlags(given)

test('flags say the same, and are refused by their names', async () => {
  const loaded = await datasets.digits()
  const given = { network: '784-20-10', dropout: '0.5', inputDropout: '0.2', inputNoise: '0.1' }
  const { network } = fitOptions(resolveConfig(flags(given)), loaded)
  expect(network.corruption).toEqual({ dropout: 0.2, noise: 0.1 })
  expect(network.blocks[0]?.parts.map(({ kind }) => kind)).toEqual(['activation', 'dropout'])
  const refuse = (key: string, value: string) => () => resolveConfig(flags({ [key]: value }))
  expect(refuse('dropout', '-0.5')).toThrow('--dropout: -0.5 is not a number from 0 to below 1')
  expect(refuse('inputNoise', '-1')).toThrow('--input-noise: -1 is not a number of at least 0')
  expect(refuse('network', '36-conv3:4-10')).toThrow('--network: network.blocks[0]: conv2d needs')
})

test('a network in a file is refused with the path in it', () => {
  const value = { shape: 6, blocks: [{ kind: 'dense', width: 0 }] }
  const given = new Map([['network', { value, where: 'run.json: network' }]])
  const message = 'run.json: network.blocks[0].width: 0 is not a whole number from 1 to 1,000,000'
  expect(() => resolveConfig(given)).toThrow(message)
})

import { UsageError } from '../errors.js'
import type { Block, Network } from './blocks.js'
import { batchNorm } from './parts/batchNorm.js'
import { checkRate, dropout } from './parts/dropout.js'

/** What all hidden blocks get, and the examples. */
export interface Everywhere {
  /** Rate of dropout behind every hidden block, 0 to below 1. */
  readonly dropout?: number | undefined
  /** Rate of dropout on inputs, 0 to below 1. */
  readonly inputDropout?: number | undefined
  /** Deviation of the noise on inputs, in units of the scaled inputs; at least 0. */
  readonly inputNoise?: number | undefined
  /** Whether hidden blocks normalise what their activations get. */
  readonly batchNorm?: boolean | undefined
}

/** The network with what all hidden blocks get. */
export function everywhere(network: Network, given: Everywhere): Network {
  const { dropout: rate = 0, inputDropout = 0, inputNoise = 0, batchNorm: normal = false } = given
  checkRate(rate, 'dropout')
  checkRate(inputDropout, 'inputDropout')
  if (!(inputNoise >= 0 && Number.isFinite(inputNoise))) {
    throw new UsageError(`inputNoise is ${inputNoise}, not a number of at least 0`)
  }
  const last = network.blocks.length - 1
  const blocks = network.blocks.map((block, i) => {
    if (i === last) return block
    const normalised = normal ? withNorm(block) : block
    const { linear, parts } = normalised
    const has = parts.some(({ kind }) => kind === 'dropout')
    return rate === 0 || has ? normalised : { linear, parts: [...parts, dropout(rate)] }
  })
  const corrupted = inputDropout > 0 || inputNoise > 0
  const corruption = { dropout: inputDropout, noise: inputNoise }
  return { ...network, blocks, ...(corrupted ? { corruption } : {}) }
}

/** The block with a normalisation before its activation, unless it has one. */
function withNorm({ linear, parts }: Block): Block {
  if (parts.some(({ kind }) => kind === 'batchNorm')) return { linear, parts }
  const place = parts.findIndex(({ kind }) => kind === 'activation' || kind === 'maxout')
  return { linear, parts: parts.toSpliced(Math.max(place, 0), 0, batchNorm()) }
}

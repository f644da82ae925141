/**
 * The short form: what an example is, then blocks from the input side up, parted by `-`. A block is
 * a linear map and its parts, `28x28-conv5x5:32-pool2-500-dropout0.5-10`; hidden blocks get their
 * activation where it belongs, behind `norm` or else behind the linear map, unless `maxout` does
 * its work.
 */
import { UsageError } from '../errors.js'
import type { Block, Layout, LinearMap, Network, Part } from './blocks.js'
import { times } from './checks.js'
import { conv2dShort } from './linear/conv2d.js'
import { denseShort } from './linear/dense.js'
import { local2dShort } from './linear/local2d.js'
import { activation } from './parts/activation.js'
import { averagePoolShort } from './parts/averagePool.js'
import { batchNormShort } from './parts/batchNorm.js'
import { dropoutShort } from './parts/dropout.js'
import { maxoutShort } from './parts/maxout.js'
import { maxPoolShort } from './parts/maxPool.js'

const linear = [denseShort, local2dShort, conv2dShort]
const parts = [maxPoolShort, averagePoolShort, maxoutShort, batchNormShort, dropoutShort]

interface Token<T> {
  readonly pattern: RegExp
  readonly read: (match: readonly string[]) => T
}

function read<T>(word: string, tokens: readonly Token<T>[]): T | undefined {
  for (const { pattern, read } of tokens) {
    const match = pattern.exec(word)
    if (match !== null) return read(match)
  }
  return undefined
}

/** Shape and blocks of a short form; `name` is the activation of hidden blocks. */
export function readShort(text: string, name: string): Pick<Network, 'shape' | 'blocks'> {
  const fail = (reason: string): never => {
    throw new UsageError(`network ${JSON.stringify(text)}${reason}`)
  }
  const [first = '', ...words] = text.split('-')
  if (words.length === 0) fail(' needs inputs and outputs, like 784-10')
  const shape =
    readShape(first) ?? fail(`: ${JSON.stringify(first)} are no inputs, like 784 or 28x28`)
  const blocks: Block[] = []
  for (const word of words) {
    const block = read<Block>(word, linear)
    const part = block === undefined ? read<Part>(word, parts) : undefined
    const last = blocks.at(-1)
    if (block !== undefined) blocks.push(block)
    else if (part === undefined) fail(`: ${JSON.stringify(word)} is none of ${examples()}`)
    else if (last === undefined) fail(`: ${word} has no block before it that it is a part of`)
    else blocks[blocks.length - 1] = { ...last, parts: [...last.parts, part] }
  }
  const hidden = blocks.slice(0, -1).map((block) => activated(block, activation(name)))
  return { shape, blocks: [...hidden, ...blocks.slice(-1)] }
}

const examples = (): string => [...linear, ...parts].map(({ example }) => example).join(', ')

/** `784`, `28x28` (of one channel), `28x28x3`. */
function readShape(word: string): Layout | undefined {
  if (/^\d+$/.test(word)) return [Number(word)]
  if (!/^\d+x\d+(x\d+)?$/.test(word)) return undefined
  const sizes = word.split('x').map(Number)
  return sizes.length === 2 ? [...sizes, 1] : sizes
}

/** The block with its activation. */
function activated(block: Block, part: Part | undefined): Block {
  const { parts } = block
  if (part === undefined || parts.some(({ kind }) => kind === 'maxout')) return block
  const place = parts[0]?.kind === 'batchNorm' ? 1 : 0
  return { ...block, parts: parts.toSpliced(place, 0, part) }
}

/** The short form of a network; what it has no word for, activations and sizes that differ down and
 * across, is left out. */
export function describe({ shape, blocks }: Network): string {
  const words = blocks.flatMap(({ linear, parts }) => [
    wordOf(linear),
    ...parts.flatMap((part) => partWord(part) ?? []),
  ])
  return [times(shape).replaceAll(' × ', 'x'), ...words].join('-')
}

function wordOf(map: LinearMap): string {
  switch (map.kind) {
    case 'dense':
      return denseShort.write(map)
    case 'local2d':
      return local2dShort.write(map)
    case 'conv2d':
      return conv2dShort.write(map)
  }
}

function partWord(part: Part): string | undefined {
  switch (part.kind) {
    case 'activation':
      return undefined
    case 'maxout':
      return maxoutShort.write(part)
    case 'maxPool':
      return maxPoolShort.write(part)
    case 'averagePool':
      return averagePoolShort.write(part)
    case 'dropout':
      return dropoutShort.write(part)
    case 'batchNorm':
      return batchNormShort.write()
  }
}

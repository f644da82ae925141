/** The long form: a network as JSON, for configuration files. */
import * as v from 'valibot'
import { didYouMean, UsageError } from '../errors.js'
import { activations } from './activations.js'
import type { Block, Network, Part } from './blocks.js'
import { conv2d, conv2dSchema } from './linear/conv2d.js'
import { dense, denseSchema } from './linear/dense.js'
import { local2d, local2dSchema } from './linear/local2d.js'
import { activation } from './parts/activation.js'
import { averagePool, averagePoolSchema } from './parts/averagePool.js'
import { batchNorm, batchNormSchema } from './parts/batchNorm.js'
import { dropout, dropoutSchema } from './parts/dropout.js'
import { maxout, maxoutSchema } from './parts/maxout.js'
import { maxPool, maxPoolSchema } from './parts/maxPool.js'
import { positive } from './schemas.js'

/** What stands for a `kind` that nobody knows. */
const unknownKind =
  (known: readonly string[]) =>
  ({ received }: { received: string }): string => {
    if (received === 'undefined') return 'is missing'
    const hint = didYouMean(received.replaceAll('"', ''), known)
    return `${received} is none of ${known.join(', ')}${hint}`
  }

const names = activations.map(({ name }) => name)
const partKinds = ['maxPool', 'averagePool', 'maxout', 'batchNorm', 'dropout', ...names]

const activationSchema = v.strictObject({ kind: v.picklist(names) })

const partSchema = v.variant(
  'kind',
  [
    maxPoolSchema,
    averagePoolSchema,
    maxoutSchema,
    batchNormSchema,
    dropoutSchema,
    activationSchema,
  ],
  unknownKind(partKinds),
)

const parts = v.optional(v.array(partSchema))

const blockSchema = v.variant(
  'kind',
  [
    v.strictObject({ ...denseSchema.entries, parts }),
    v.strictObject({ ...local2dSchema.entries, parts }),
    v.strictObject({ ...conv2dSchema.entries, parts }),
  ],
  unknownKind(['dense', 'local2d', 'conv2d']),
)

const shapeMessage = 'is neither a count nor [height, width, channels]'

/** A network as configuration files have it. */
export const networkSchema = v.strictObject({
  /** Inputs: their count, or [height, width, channels]. */
  shape: v.union([positive, v.tuple([positive, positive, positive])], shapeMessage),
  blocks: v.pipe(v.array(blockSchema), v.minLength(1, 'a network needs at least one block')),
})

export type LongNetwork = v.InferOutput<typeof networkSchema>

/** Shape and blocks of a long form; throws `UsageError` that names the path, as `network.shape`. */
export function readLong(given: unknown): Pick<Network, 'shape' | 'blocks'> {
  const { issues, output } = v.safeParse(networkSchema, given, { abortEarly: true })
  if (issues !== undefined) throw new UsageError(told(issues[0]))
  const { shape, blocks } = output
  return { shape: typeof shape === 'number' ? [shape] : shape, blocks: blocks.map(blockOf) }
}

function told(issue: v.BaseIssue<unknown>): string {
  const keys = issue.path?.map(({ key }) => key) ?? []
  const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return `network${path.join('')}: ${messageOf(issue)}`
}

function messageOf({ kind, type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (kind !== 'schema' || type !== 'strict_object') return message
  if (expected === 'never') return `there is no such key`
  return received === 'undefined' ? 'is missing' : message
}

function blockOf({ parts = [], ...map }: v.InferOutput<typeof blockSchema>): Block {
  const all = parts.map(partOf).filter((part) => part !== undefined)
  switch (map.kind) {
    case 'dense':
      return dense(map.width, ...all)
    case 'local2d':
      return local2d(map, ...all)
    case 'conv2d':
      return conv2d(map, ...all)
  }
}

function partOf(part: v.InferOutput<typeof partSchema>): Part | undefined {
  switch (part.kind) {
    case 'maxPool':
      return maxPool(part.size, part.stride)
    case 'averagePool':
      return averagePool(part.size, part.stride)
    case 'maxout':
      return maxout(part.pieces)
    case 'batchNorm':
      return batchNorm(part)
    case 'dropout':
      return dropout(part.rate)
    default:
      return activation(part.kind)
  }
}

import { UsageError } from '../errors.js'
import type { CompileOptions } from './index.js'
import { needsDense } from './maps.js'

/** Throws `UsageError` where the rule cannot train a block. */
export function checkRule({ network, rule }: CompileOptions): void {
  network.blocks.forEach((block, i) => {
    const reason = rule.refuses(block)
    if (reason === undefined) return
    throw new UsageError(
      `rule ${rule.name} cannot train network.blocks[${i}]: ${reason}; choose another rule or block`,
    )
  })
}

/** Throws `UsageError` where a block, or the optimizer, has no arithmetic of the precision. */
export function checkPrecision({ precision, ...options }: CompileOptions): void {
  if (precision !== 'bf16') return
  needsDense(options.network, 'precision bf16', 'use f32')
  const { weightDensity = 1, feedbackDensity = 1, feedbackGrid = 'f32' } = options
  const matrices = {
    weightDensity: weightDensity !== 1,
    feedbackDensity: feedbackDensity !== 1,
    feedbackGrid: feedbackGrid !== 'f32',
  }
  for (const [name, told] of Object.entries(matrices)) {
    if (!told) continue
    throw new UsageError(`${name} is there in precision f32 only: leave it out, or use f32`)
  }
  const { clipNorm, maxNorm } = options.optimizer
  for (const [name, bound] of Object.entries({ clipNorm, maxNorm })) {
    if (bound === undefined) continue
    throw new UsageError(`${name} ${bound}: norms are bounded in precision f32 alone; use that`)
  }
}

/** Throws `UsageError` where no feedback matrix can take the steps of a weight. */
export function checkMirrored({ rule, optimizer, precision }: CompileOptions): void {
  if (precision === 'bf16') {
    throw new UsageError(`precision bf16: rule ${rule.name} trains its feedback in f32 alone`)
  }
  const { weightDecay } = optimizer
  if (weightDecay === 0) return
  throw new UsageError(
    `weightDecay ${weightDecay}: under rule ${rule.name} weights and feedback decay together, by ` +
      "the rule's option decay; set weightDecay to 0",
  )
}

/** Throws `UsageError` where the rule writes labels over inputs, and there are none. */
export function checkLabels({ rule, labels }: CompileOptions): void {
  if (labels) return
  throw new UsageError(`rule ${rule.name} wants labels, and the data's targets are float values`)
}

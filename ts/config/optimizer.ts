import { UsageError } from '../errors.js'
import { adaptiveLearningRate } from '../training/defaults.js'
import { optimizers, parseFactors, type Optimizer } from '../training/optimizers.js'
import { parseSchedule } from '../training/schedules.js'
import { findRule } from '../rules/index.js'
import type { Given } from './given.js'
import type { Settings } from './schema.js'

type Name = Settings['optimizer']

/** The settings that only some optimizers take. */
const own = {
  sgd: ['momentum', 'nesterov'],
  rmsprop: ['beta2', 'epsilon'],
  adam: ['beta1', 'beta2', 'epsilon'],
  adamw: ['beta1', 'beta2', 'epsilon'],
} as const satisfies Record<Name, readonly (keyof Settings)[]>

type Own = (typeof own)[Name][number]

/** The optimizer's settings, with nothing left open. */
export type OptimizerSettings = Pick<Settings, Own> & { learningRate: number; weightDecay: number }

/** Throws `UsageError` where a setting is not of this optimizer, or is nothing without another. */
export function checkOptimizer(settings: Settings, given: Given): void {
  const { optimizer } = settings
  const where = (key: string): string => given.get(key)?.where ?? key
  for (const key of new Set(Object.values(own).flat())) {
    if (settings[key] === undefined || isOwn(optimizer, key)) continue
    const takers = (Object.keys(own) as Name[]).filter((name) => isOwn(name, key))
    throw new UsageError(
      `${where(key)}: ${key} is not an option of ${optimizer}, which takes ` +
        `${own[optimizer].join(', ')}; leave it out, or choose optimizer ${takers.join(' or ')}`,
    )
  }
  if (settings.nesterov === true && (settings.momentum ?? 0) === 0) {
    throw new UsageError(`${where('nesterov')}: nesterov needs a momentum above 0, such as 0.9`)
  }
}

const isOwn = (name: Name, key: Own): boolean => own[name].some((one) => one === key)

/** The settings that the optimizer has where none were given. */
export function optimizerSettings(settings: Settings): OptimizerSettings {
  const optimizer = optimizerOf(settings)
  const { learningRate, weightDecay } = optimizer
  const kept = Object.entries(optimizer).filter(([key]) => isOwn(optimizer.name, key as Own))
  return { learningRate, weightDecay, ...Object.fromEntries(kept) }
}

/** The optimizer that the settings name. */
export function optimizerOf(settings: Settings): Optimizer {
  const { optimizer: name, learningRateFactors: factors } = settings
  const { learningRate, weightDecay } = findRule(settings.rule)().defaults
  const usual =
    name === 'sgd' ? { learningRate, weightDecay } : { learningRate: adaptiveLearningRate }
  const given = [
    ...own[name],
    ...(['learningRate', 'weightDecay', 'clipValue', 'clipNorm', 'maxNorm'] as const),
  ]
  const chosen = given.filter((key) => settings[key] !== undefined)
  return optimizers[name]({
    ...usual,
    ...Object.fromEntries(chosen.map((key) => [key, settings[key]])),
    schedule: parseSchedule(settings.schedule),
    learningRateFactors: factors === undefined ? undefined : parseFactors(factors),
  })
}

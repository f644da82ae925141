import * as v from 'valibot'
import { distributions, grids, isFeedbackScale, scalings } from '../compile/feedbackOptions.js'
import type { FitOptions } from '../training/run.js'
import type { Settings } from './schema.js'
import { isNot, oneOf, single, told, whole } from '../values.js'

const aboveZero = single('a fraction above 0, at most 1', (part) => part > 0 && part <= 1)

/** Settings of weights and of feedback, which `fit` takes by the same names. */
export const matrices = {
  weightScale: told(
    v.optional(single('a number from 0 to 1e6', (scale) => scale >= 0 && scale <= 1e6)),
    '<factor>',
    "reach of the initial hidden weights; the rule's own unless told",
  ),
  weightDensity: told(
    v.optional(aboveZero, 1),
    '<d>',
    'share of the inputs that a unit takes, the rest stays zero',
  ),
  feedbackScale: told(
    v.optional(single('a number above 0, at most 1e6', isFeedbackScale), 1),
    '<factor>',
    'reach of the feedback matrices',
  ),
  feedbackScaling: told(
    v.optional(oneOf(scalings), 'relative'),
    '<kind>',
    'relative to fan-out, or absolute: the scale is the reach, of normal draws the deviation',
  ),
  feedbackDistribution: told(
    v.optional(oneOf(distributions), 'uniform'),
    '<kind>',
    'of feedback: uniform or normal',
  ),
  feedbackRank: told(
    v.optional(whole(1, 1e6)),
    '<n>',
    'of the fixed feedback matrices; full unless told',
  ),
  feedbackDensity: told(
    v.optional(aboveZero, 1),
    '<d>',
    'share of the neurons above that a neuron hears',
  ),
  feedbackGrid: told(v.optional(oneOf(grids), 'f32'), '<grid>', `of feedback: ${grids.join(', ')}`),
  feedbackShared: told(
    v.optional(v.boolean(isNot('true or false'))),
    '',
    'blocks whose feedback has one shape and reach share it',
  ),
  feedbackAngle: told(
    v.optional(single('a number from 0 to 180', (angle) => angle >= 0 && angle <= 180)),
    '<degrees>',
    'feedback starts as the weights, turned by noise; 0 is W itself',
  ),
} as const

/** Those of all settings. */
export function matricesOf(settings: Settings): Pick<FitOptions, keyof typeof matrices> {
  const names = Object.keys(matrices) as (keyof typeof matrices)[]
  return Object.fromEntries(names.map((name) => [name, settings[name]]))
}

import { engine, type EngineName } from '../engine/index.js'
import { checkCorners } from './corners.js'
import type { Spec } from './spec.js'

/**
 * A spec whose choices can all be trained, as far as can be told before. Engines round differently,
 * so the one in use is a part of what repeats a sweep.
 */
export function checkedSpec(spec: Spec): Spec {
  checkCorners(spec)
  const { name } = engine(spec.train.engine as EngineName | undefined)
  return { ...spec, train: { ...spec.train, engine: spec.train.engine ?? name } }
}

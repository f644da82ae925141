/** The talk's MNIST network on made-up pixels: what they show does not change the arithmetic. */
import { dataset } from '../dist/data/examples.js'
import { DataSet } from '../dist/engine/index.js'
import { native } from '../dist/engine/native.js'
import { parseNetwork } from '../dist/network/index.js'
import { findRule } from '../dist/rules/index.js'
import { fit } from '../dist/training/fit.js'

export const NETWORK = '784-1500-1500-1500-10'

/** `count` images of bytes with labels. */
export function pixels(count) {
  const inputs = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7919) % 251)
  const targets = Uint8Array.from({ length: count }, (_, i) => i % 10)
  return dataset({ inputs, shape: [28, 28], targets })
}

/** The examples in the native engine. */
export function engineData({ inputs, targets }) {
  return DataSet.of(native(), inputs, 784, targets.labels, targets.classes)
}

/** A run of the network on them; `options` are those of `fit`, with the rule by its name. */
export function trained(data, { rule, ...options }) {
  return fit({ network: parseNetwork(NETWORK), rule: findRule(rule)(), data, ...options })
}

import type { Examples } from './examples.js'

type Numbers = Uint8Array | Uint32Array | Float32Array

/**
 * The same examples in memory that threads share: sent to a worker they are not copied. Arrays that
 * lie there already stay as they are; let go of the others, or there are two of them.
 */
export function inSharedMemory(examples: Examples): Examples {
  const { inputs, targets, groups } = examples
  return {
    ...examples,
    inputs: shared(inputs),
    targets:
      targets.kind === 'labels'
        ? { ...targets, labels: shared(targets.labels) }
        : { ...targets, values: shared(targets.values) },
    ...(groups === undefined ? {} : { groups: shared(groups) }),
  }
}

function shared<T extends Numbers>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values
  const copy = like(values, new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy as T
}

/** Not by the values' own constructor: bytes of files are often Buffers. */
function like(values: Numbers, memory: SharedArrayBuffer): Numbers {
  if (values instanceof Uint8Array) return new Uint8Array(memory)
  return values instanceof Uint32Array ? new Uint32Array(memory) : new Float32Array(memory)
}

import { width, type Examples } from './examples.js'

/** `standardise`: mean 0 and deviation 1 over all training inputs; `unit`: bytes to [0, 1]. */
export type InputScaling = 'standardise' | 'unit'

/** x = scale · input + shift. */
export interface Scale {
  readonly scale: number
  readonly shift: number
}

/** The scaling that fits these examples; `indices` are those to fit it on. */
export function inputScale(examples: Examples, kind: InputScaling, indices: Uint32Array): Scale {
  if (kind === 'unit') {
    const { inputs } = examples
    return inputs instanceof Uint8Array ? { scale: 1 / 255, shift: 0 } : { scale: 1, shift: 0 }
  }
  const { mean, deviation } = moments(examples, indices)
  const safe = deviation > 0 ? deviation : 1
  return { scale: 1 / safe, shift: -mean / safe }
}

interface Moments {
  mean: number
  deviation: number
}

/** Mean and deviation over all inputs of these examples, as they are stored. */
export function moments({ inputs, shape }: Examples, indices: Uint32Array): Moments {
  const perExample = width(shape)
  return inputs instanceof Uint8Array
    ? momentsOfBytes(inputs, perExample, indices)
    : momentsOfFloats(inputs, perExample, indices)
}

/** Exact: counts of each byte. */
function momentsOfBytes(inputs: Uint8Array, perExample: number, indices: Uint32Array): Moments {
  const counts = byteCounts(inputs, perExample, indices)
  const total = indices.length * perExample
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / total
  const square = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(square / total) }
}

/**
 * How often each byte stands in these examples, [256]. Pictures are mostly background: where the
 * examples are whole words, four zeros are told at one look.
 */
export function byteCounts(
  inputs: Uint8Array,
  perExample: number,
  indices: Uint32Array,
): Float64Array {
  const counts = new Float64Array(256)
  const count = (byte: number): void => {
    counts[byte] = (counts[byte] ?? 0) + 1
  }
  const { buffer, byteOffset, length } = inputs
  if (perExample % 4 !== 0 || byteOffset % 4 !== 0) {
    for (const example of indices) {
      const end = (example + 1) * perExample
      for (let i = example * perExample; i < end; i++) count(inputs[i] ?? 0)
    }
    return counts
  }
  const words = new Uint32Array(buffer, byteOffset, length / 4)
  let zeros = 0
  for (const example of indices) {
    const end = ((example + 1) * perExample) / 4
    for (let i = (example * perExample) / 4; i < end; i++) {
      const word = words[i] ?? 0
      if (word === 0) zeros += 4
      else {
        count(word & 255)
        count((word >>> 8) & 255)
        count((word >>> 16) & 255)
        count(word >>> 24)
      }
    }
  }
  counts[0] = (counts[0] ?? 0) + zeros
  return counts
}

function momentsOfFloats(inputs: Float32Array, perExample: number, indices: Uint32Array): Moments {
  const total = indices.length * perExample
  const mean = sumOver((value) => value) / total
  return { mean, deviation: Math.sqrt(sumOver((value) => (value - mean) ** 2) / total) }

  function sumOver(f: (value: number) => number): number {
    let sum = 0
    for (const example of indices) {
      const end = (example + 1) * perExample
      for (let i = example * perExample; i < end; i++) sum += f(inputs[i] ?? 0)
    }
    return sum
  }
}

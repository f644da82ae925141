/** The wasm module's products at sizes around the edges of its tiles. */
import { expect } from 'vitest'
import { wasmModule } from '../../ts/engine/wasm.js'
import { values } from '../training/small.js'

interface Operands {
  shape: readonly [rows: number, inner: number, columns: number]
  x: Float32Array
  weight: Float32Array
  delta: Float32Array
}

/** What a set of operands gives; `weight` after its step of `RATE`. */
export interface Results {
  y: Float32Array
  signal: Float32Array
  weight: Float32Array
}

/** What the module's update multiplies xᵀ · delta by. */
export const RATE = -1 / 128

/** Around vectors of 16 rows, tiles of 4, 5 and 6, and the end of a chunk of rows. */
const shapes: Operands['shape'][] = [
  ...[0, 15, 16, 17, 23, 24, 25, 29, 30, 31, 33].map((rows) => [rows, 7, 17] as const),
  ...[0, 1, 3, 4, 5, 6, 7, 9, 11, 13, 25].map((inner) => [17, inner, 16] as const),
  ...[0, 1, 15, 16, 17, 32, 33].map((columns) => [18, 11, columns] as const),
  // Panels enough for x to be packed; rows enough for several groups of vectors and chunks.
  [37, 19, 160],
  [65, 13, 33],
  [130, 8, 20],
  [1025, 7, 17],
  [2050, 5, 3],
]

function operands(shape: Operands['shape']): Operands {
  const [rows, inner, columns] = shape
  return {
    shape,
    x: values(rows * inner, 1),
    weight: values(inner * columns, 2),
    delta: values(rows * columns, 3),
  }
}

/** By a kernel of the module; `tanh` as the module has it. */
function byKernel(kernel: string, given: Operands, tanh: boolean): Results {
  const { shape, x, weight, delta } = given
  const { WasmProducts } = wasmModule()
  const products = new WasmProducts(kernel, Uint32Array.from(shape), x, weight, delta, 2, tanh)
  products.forward(1)
  products.project(1)
  products.update(1)
  const results = { y: products.y(), signal: products.signal(), weight: products.weight(1) }
  expect(products.weight(0)).toEqual(weight)
  products.free()
  return results
}

/** Compares all kernels with `reference` to the bit, at every size. */
export function compareAll(reference: (given: Operands, tanh: boolean) => Results, tanh: boolean) {
  for (const shape of shapes) {
    const given = operands(shape)
    const wanted = reference(given, tanh)
    for (const kernel of wasmModule().kernels()) {
      if (kernel === 'generic') continue
      const found = byKernel(kernel, given, tanh)
      expect(same(found, wanted), `${kernel} at ${shape.join(' × ')}`).toBe(true)
    }
  }
}

/** By another kernel of the module. */
export const by =
  (kernel: string) =>
  (given: Operands, tanh: boolean): Results =>
    byKernel(kernel, given, tanh)

/** The products as they are written, each multiply-add rounded twice; no tanh. */
export function rounded({ shape: [rows, inner, columns], x, weight, delta }: Operands): Results {
  const { fround } = Math
  const at = (matrix: Float32Array, width: number, row: number, column: number) =>
    matrix[row * width + column] ?? NaN
  const each = (width: number, height: number, cell: (row: number, column: number) => number) =>
    Float32Array.from({ length: width * height }, (_, n) => cell(Math.floor(n / width), n % width))
  const sum = (from: number, to: number, term: (n: number) => number) => {
    let total = 0
    for (let n = from; n < to; n++) total = fround(total + fround(term(n)))
    return total
  }
  const gradient = (i: number, o: number) => {
    const chunk = (first: number) =>
      sum(first, Math.min(rows, first + 1024), (n) => at(x, inner, n, i) * at(delta, columns, n, o))
    let total = chunk(0)
    for (let first = 1024; first < rows; first += 1024) total = fround(total + chunk(first))
    return total
  }
  return {
    y: each(columns, rows, (n, o) =>
      sum(0, inner, (i) => at(x, inner, n, i) * at(weight, columns, i, o)),
    ),
    signal: each(inner, rows, (n, i) =>
      sum(0, columns, (o) => at(delta, columns, n, o) * at(weight, columns, i, o)),
    ),
    weight: each(columns, inner, (i, o) =>
      fround(fround(RATE * gradient(i, o)) + at(weight, columns, i, o)),
    ),
  }
}

/** −0 is not 0, NaN is NaN. */
function same(one: Results, other: Results): boolean {
  const names = ['y', 'signal', 'weight'] as const
  return names.every((name) => {
    const [a, b] = [one[name], other[name]]
    return a.length === b.length && a.every((value, n) => Object.is(value, b[n]))
  })
}

import { expect, test } from 'vitest'
import { wasmModule } from '../../ts/engine/wasm.js'
import { by, compareAll, rounded } from './products.js'

// Before the module is loaded: elsewhere than on Node 20 it would be the other one.
process.env['FEEDALIGN_KERNEL'] = 'simd128'

test('there is a kernel that finds its tile, one of each tile, and the reference', () => {
  const kernels = wasmModule().kernels()
  expect(kernels[0]).toBe('simd128')
  expect(kernels.slice(1, -1).every((name) => /^simd128_\dx\d+$/.test(name))).toBe(true)
  expect(kernels.at(-1)).toBe('generic')
})

test('every tile of simd128 rounds each product and each sum, in order, at every size', () => {
  compareAll(rounded, false)
})

test('every tile of simd128 has the same bits behind tanh and its gate', () => {
  compareAll(by('simd128_5x8'), true)
})

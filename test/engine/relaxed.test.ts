import { setFlagsFromString } from 'node:v8'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Binding } from '../../ts/engine/index.js'
import { addon, native } from '../../ts/engine/native.js'
import { wasm, wasmModule } from '../../ts/engine/wasm.js'
import { chooseModule, knowsRelaxed } from '../../ts/engine/wasmModule.js'
import { rules } from '../../ts/rules/index.js'
import { engineData, smallOptions, smallSession, train } from '../training/small.js'
import { by, compareAll } from './products.js'

/** From Node 22 on there is no engine without relaxed SIMD; Node 20 has it on demand. */
const always = knowsRelaxed()

/** x86-64 does where it has AVX2, whose companion FMA is; every aarch64 does. */
const fuses = process.arch === 'arm64' || addon().kernels().includes('avx2')

afterEach(() => {
  delete process.env['FEEDALIGN_KERNEL']
})

describe.skipIf(always)('an engine that does not know relaxed SIMD', () => {
  test('runs the other module', () => {
    expect(chooseModule()).toBe('simd128')
  })

  test('refuses to be forced', () => {
    process.env['FEEDALIGN_KERNEL'] = 'relaxed'
    expect(() => chooseModule()).toThrow(/FEEDALIGN_KERNEL: .* does not know relaxed SIMD/)
  })
})

describe('an engine that knows relaxed SIMD', () => {
  beforeAll(() => {
    if (!always) setFlagsFromString('--experimental-wasm-relaxed-simd')
  })

  test('runs the relaxed module, unless the other is forced', () => {
    expect(chooseModule()).toBe('relaxed')
    process.env['FEEDALIGN_KERNEL'] = 'simd128'
    expect(chooseModule()).toBe('simd128')
  })

  test('every tile of relaxed has the bits of the reference, at every size', () => {
    expect(wasmModule().kernels()).toEqual(expect.arrayContaining(['relaxed', 'relaxed_6x8']))
    for (const tanh of [false, true]) compareAll(by(fuses ? 'generic' : 'relaxed_6x8'), tanh)
  })

  for (const rule of ['bp', 'fa', 'dfa'] as const) {
    test.runIf(fuses)(`gives native’s bits, under ${rule}`, async () => {
      const trained = async (engine: Binding) => {
        const session = smallSession(smallOptions({ rule: rules[rule]() }), 1, engine)
        await train(session, engineData(undefined, engine), 3)
        return session
      }
      const [one, other] = [await trained(native()), await trained(wasm())]
      expect(other.kernel).toBe('relaxed')
      expect(other.weightsSha256).toBe(one.weightsSha256)
    })
  }
})

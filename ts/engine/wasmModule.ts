import { existsSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { FeedalignError } from '../errors.js'

/** Of the JavaScript engine's own; Node's types leave it to those of browsers. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean }

/** The modules of the wasm engine, by the instructions that they need. */
export type WasmModule = 'simd128' | 'relaxed'

/** The smallest module with an instruction of relaxed SIMD: multiplies and adds three vectors. */
const relaxedSample = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // One type, (v128) → v128; one function of it.
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7b, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00],
  // Its code: local 0 three times, f32x4.relaxed_madd.
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0xfd, 0x85, 0x02, 0x0b],
)

/** Whether this JavaScript engine knows relaxed SIMD: Node does from version 22 on. */
export const knowsRelaxed = (): boolean => WebAssembly.validate(relaxedSample)

/** The kernel that the environment asks for, as with the native engine. */
export const forcedKernel = (): string | undefined => process.env['FEEDALIGN_KERNEL'] || undefined

/** The fastest module that runs here, unless the environment forces one by its name. */
export function chooseModule(): WasmModule {
  const forced = forcedKernel() ?? ''
  if (forced.startsWith('simd128')) return 'simd128'
  if (knowsRelaxed()) return 'relaxed'
  if (!forced.startsWith('relaxed')) return 'simd128'
  throw new FeedalignError('FEEDALIGN_KERNEL: this JavaScript engine does not know relaxed SIMD')
}

/** The first major version of Node whose V8 can join neighbouring operations into wider ones. */
const REVECTORIZES = 24

/**
 * Has V8 join neighbouring 128-bit operations into 256-bit ones, in what this process compiles from
 * now on: an experiment of V8's, results are the same. Throws where this Node is too old for it.
 */
export function revectorize(): void {
  const { node } = process.versions
  if (Number.parseInt(node) < REVECTORIZES) {
    throw new FeedalignError(
      `engine wasm-revectorized needs Node ${REVECTORIZES} or newer; this is ${node}`,
    )
  }
  setFlagsFromString('--experimental-wasm-revectorize')
}

/** The bytes of the module to run. Throws where there are none. */
export function readModule(): Uint8Array {
  const file = new URL(`../../wasm/${chooseModule()}.wasm`, import.meta.url)
  if (!existsSync(file)) {
    throw new FeedalignError('no wasm engine here; build it with `npm run setup -- --wasm`')
  }
  return readFileSync(file)
}

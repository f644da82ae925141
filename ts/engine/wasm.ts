import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import type { Binding, DataSetBinding, SessionBinding } from './binding.js'
import { FeedalignError } from '../errors.js'
import { forcedKernel, readModule, revectorize } from './wasmModule.js'

interface WasmTargets {
  free(): void
}
interface WasmTensor {
  shape(): Uint32Array
  data(): Float32Array
  free(): void
}
type Shared = Omit<SessionBinding, 'run' | 'read' | 'dispose'>
interface WasmSession extends Shared {
  run(phase: string, data: DataSetBinding, examples: Uint32Array, knobs: Float32Array): Float64Array
  read(tensor: string): WasmTensor
  free(): void
}

/** The products alone; see `crates/wasm/src/products.rs`. */
export interface WasmProducts {
  forward(matrix: number): void
  project(matrix: number): void
  update(matrix: number): void
  y(): Float32Array
  signal(): Float32Array
  weight(matrix: number): Float32Array
  free(): void
}

/** What wasm-bindgen's module exports. */
interface Module {
  initSync(options: { module: Uint8Array }): void
  WasmSession: new (program: string, seed: number, kernel?: string) => WasmSession
  WasmDataSet: {
    ofBytes(inputs: Uint8Array, width: number, targets: WasmTargets): DataSetBinding
    ofFloats(inputs: Float32Array, width: number, targets: WasmTargets): DataSetBinding
  }
  WasmTargets: {
    labels(labels: Uint32Array, classes: number): WasmTargets
    values(values: Float32Array, width: number): WasmTargets
  }
  /** `shape`: rows, inner, columns. */
  WasmProducts: new (
    kernel: string | undefined,
    shape: Uint32Array,
    x: Float32Array,
    weight: Float32Array,
    delta: Float32Array,
    copies: number,
    tanh: boolean,
  ) => WasmProducts
  kernels(): string[]
  /** Floating-point operations a second on registers alone. */
  ceiling(seconds: number): number
}

let loaded: Module | undefined
/** Whether the module was, or will be, compiled for wider vectors. */
let revectorized = false

/** The module, instantiated once, synchronously: no import of ours ever waits. */
export function wasmModule(): Module {
  if (loaded !== undefined) return loaded
  const module = createRequire(import.meta.url)('../../wasm/feedalign_wasm.js') as Module
  module.initSync({ module: readModule() })
  loaded = module
  return module
}

/** The wasm session under the names of the native one; `run` blocks. */
function wrap(session: WasmSession): SessionBinding {
  return {
    run: async (phase, data, examples, knobs) => {
      // Signals and timers have their turn between calls, as they have with the native engine.
      await setImmediate()
      return session.run(phase, data, examples, knobs)
    },
    read: (tensor) => {
      const held = session.read(tensor)
      const copy = { shape: [...held.shape()], data: held.data() }
      held.free()
      return copy
    },
    write: (tensor, values) => {
      session.write(tensor, values)
    },
    snapshot: () => session.snapshot(),
    restore: (bytes) => {
      session.restore(bytes)
    },
    permutation: (n, epoch) => session.permutation(n, epoch),
    weightsSha256: () => session.weightsSha256(),
    step: () => session.step(),
    kernel: () => session.kernel(),
    dispose: () => {
      session.free()
    },
  }
}

/**
 * The wasm engine that V8 compiles for 256-bit vectors: for the whole process, so it must be asked
 * for before the wasm engine is used otherwise. Throws where it was, or where Node is too old.
 */
export function wasmRevectorized(): Binding {
  if (!revectorized) {
    if (loaded !== undefined) {
      throw new FeedalignError('engine wasm-revectorized must come before wasm in a process')
    }
    revectorize()
    revectorized = true
  }
  return wasm()
}

export function wasm(): Binding {
  const { WasmSession, WasmDataSet, WasmTargets } = wasmModule()
  return {
    name: 'wasm',
    session: (program, { seed }) => wrap(new WasmSession(program, seed, forcedKernel())),
    dataSet: (inputs, width, targets, outputs) => {
      const held =
        targets instanceof Uint32Array
          ? WasmTargets.labels(targets, outputs)
          : WasmTargets.values(targets, outputs)
      return inputs instanceof Uint8Array
        ? WasmDataSet.ofBytes(inputs, width, held)
        : WasmDataSet.ofFloats(inputs, width, held)
    },
  }
}

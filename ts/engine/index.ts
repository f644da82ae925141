import { FeedalignError } from '../errors.js'
import type { Binding, EngineName } from './binding.js'
import { native } from './native.js'
import { wasm, wasmRevectorized } from './wasm.js'

export type { Binding, EngineName, SessionOptions } from './binding.js'
export { DataSet, type SharedData } from './dataSet.js'
export { Metrics, Session } from './session.js'

/** The engine asked for; without a wish native, else wasm. */
export function engine(wanted?: EngineName): Binding {
  if (wanted === 'wasm') return wasm()
  if (wanted === 'wasm-revectorized') return wasmRevectorized()
  if (wanted === 'native') return native()
  try {
    return native()
  } catch (error) {
    try {
      return wasm()
    } catch {
      throw error instanceof FeedalignError ? error : new FeedalignError(String(error))
    }
  }
}

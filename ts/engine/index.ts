import { FeedalignError } from '../errors.js'
import type { Binding } from './binding.js'
import { native } from './native.js'
import { wasm } from './wasm.js'

export type { Binding, SessionOptions } from './binding.js'
export { DataSet, Metrics, Session } from './session.js'

/** The engine asked for; without a wish native, else wasm. */
export function engine(wanted?: 'native' | 'wasm'): Binding {
  if (wanted === 'wasm') return wasm()
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

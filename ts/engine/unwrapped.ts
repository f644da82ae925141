import { FeedalignError, reason } from '../errors.js'

/** Runs `f`, turning the shell's errors into ours: the one place where that happens. */
export function unwrapped<T>(f: () => T): T {
  try {
    return f()
  } catch (error) {
    throw unwrap(error)
  }
}

export function unwrap(error: unknown): FeedalignError {
  if (error instanceof FeedalignError) return error
  // What WebAssembly calls the end of a module's code by a trap; allocators trap when refused.
  if (error instanceof Error && error.name === 'RuntimeError') {
    return new FeedalignError(`the wasm engine failed, most likely for want of memory`)
  }
  return new FeedalignError(reason(error))
}

import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { FeedalignError } from '../errors.js'
import type { Binding, DataSetBinding, SessionBinding, SessionOptions } from './binding.js'
import type { Precision } from './program.js'

interface NativeSession extends SessionBinding {
  /** `run` on the calling thread. */
  runBlocking(
    phase: string,
    data: DataSetBinding,
    examples: Uint32Array,
    knobs: Float32Array,
  ): Float64Array
}

/** The addon's own names. */
interface Addon {
  NativeSession: new (program: string, options: SessionOptions) => NativeSession
  NativeDataSet: {
    new (
      inputs: Uint8Array | Float32Array,
      width: number,
      targets: Uint32Array | Float32Array,
      outputs: number,
    ): DataSetBinding
    shared(number: number): DataSetBinding
  }
  /** Of a precision, f32 unless told, fastest first. */
  kernels(precision?: Precision): string[]
  ceiling(
    threads: number,
    seconds: number,
    precision?: Precision,
  ): Promise<{ flops: number; accumulators: number }>
  /** Bytes a second that are read, changed and written, of a buffer that the threads share. */
  bandwidth(threads: number, floats: number, seconds: number): Promise<number>
}

/** Rust's name for the C library is part of the file's name on Linux. */
function triple(): string {
  const libc = process.platform === 'linux' ? '-gnu' : process.platform === 'win32' ? '-msvc' : ''
  return `${process.platform}-${process.arch}${libc}`
}

let loaded: Addon | undefined

/** The native addon, loaded once. Throws where there is none for this platform. */
export function addon(): Addon {
  if (loaded === undefined) {
    const file = `../../native/feedalign.${triple()}.node`
    try {
      loaded = createRequire(import.meta.url)(file) as Addon
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      throw new FeedalignError(`no native engine for ${triple()} (${reason}); try --engine wasm`)
    }
  }
  return loaded
}

let blocking = false

/**
 * From now on sessions of this thread run on it, and not on one of the few that a process has for
 * work of all its threads: for a worker that has nothing else to do.
 */
export function runOnThisThread(): void {
  blocking = true
}

function blockingSession(session: NativeSession): SessionBinding {
  session.run = async (phase, data, examples, knobs) => {
    // Files being written have their turn between calls.
    await setImmediate()
    return session.runBlocking(phase, data, examples, knobs)
  }
  return session
}

export function native(): Binding {
  const { NativeSession, NativeDataSet } = addon()
  return {
    name: 'native',
    session: (program, options) => {
      const session = new NativeSession(program, options)
      return blocking ? blockingSession(session) : session
    },
    shared: (number) => NativeDataSet.shared(number),
    dataSet: (inputs, width, targets, outputs) =>
      new NativeDataSet(inputs, width, targets, outputs),
  }
}

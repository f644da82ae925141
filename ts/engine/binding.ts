/** Engines by name; the last is wasm with 256-bit vectors, by an experiment of V8's. */
export const engineNames = ['native', 'wasm', 'wasm-revectorized'] as const
export type EngineName = (typeof engineNames)[number]

/** What both shells of the engine offer; errors are plain `Error`s with the engine's text. */
export interface SessionBinding {
  run(
    phase: string,
    data: DataSetBinding,
    examples: Uint32Array,
    knobs: Float32Array,
  ): Promise<Float64Array>
  read(tensor: string): { shape: number[]; data: Float32Array }
  write(tensor: string, values: Float32Array): void
  snapshot(): Uint8Array
  restore(bytes: Uint8Array): void
  permutation(n: number, epoch: number): Uint32Array
  weightsSha256(): string
  step(): number
  kernel(): string
  dispose(): void
}

export interface DataSetBinding {
  hash(): string
  /** A number by which other threads have it; of the native engine alone. */
  share?(): number
  dispose(): void
}

export interface SessionOptions {
  /** 1 to 1,024; one on wasm. Results do not depend on it. */
  readonly threads: number
  /** A whole number, 0 to 2⁵³ − 1: the key of all random streams. */
  readonly seed: number
}

/** An engine, native or wasm. */
export interface Binding {
  readonly name: 'native' | 'wasm'
  session(program: string, options: SessionOptions): SessionBinding
  dataSet(
    inputs: Uint8Array | Float32Array,
    width: number,
    targets: Uint32Array | Float32Array,
    outputs: number,
  ): DataSetBinding
  /** The data set of a number that `share` gave; of the native engine alone. */
  shared?(number: number): DataSetBinding
}

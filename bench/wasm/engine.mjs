/** Our wasm engine as a process that is asked like a peer: engine.mjs ENGINE. */
import { engine } from '../../dist/engine/index.js'
import { wasmModule } from '../../dist/engine/wasm.js'
import { serve } from '../peers/javascript/serve.mjs'
import { EXAMPLES, examples, NETWORK, prepare as prepareStep } from '../step.mjs'

/** Seconds of one measurement of the ceiling, and steps in one call. */
const CEILING_SECONDS = 0.05
const STEPS = 4

const binding = engine(process.argv[2])
const { WasmProducts, ceiling, kernels } = wasmModule()
const data = examples(binding)

function prepare({ bench, ...asked }) {
  if (bench === 'ceiling') return () => ceiling(CEILING_SECONDS) * CEILING_SECONDS
  return bench === 'gemm' ? product(asked) : step(asked)
}

/** A product alone, four matrices in rotation, tanh or its gate in the store. */
function product({ job, m, n, k }) {
  const fill = (length) => Float32Array.from({ length }, (_, i) => ((i % 97) - 48) / 1000)
  const shape = Uint32Array.of(m, k, n)
  const copies = 4
  const held = new WasmProducts(undefined, shape, fill(m * k), fill(k * n), fill(m * n), copies, true)
  return () => {
    for (let copy = 0; copy < copies; copy++) held[job](copy)
    return copies
  }
}

function step({ rule, batch }) {
  const { session } = prepareStep(rule, 'f32', batch, 1, {}, data, NETWORK, binding)
  const order = Uint32Array.from({ length: STEPS * batch }, (_, i) => i % EXAMPLES)
  const knobs = new Float32Array(STEPS).fill(0.01)
  return async () => {
    await session.run('train', data, order, knobs)
    return STEPS
  }
}

await serve(kernels()[0], process.versions.node, prepare)

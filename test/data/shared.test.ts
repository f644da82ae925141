import { expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { inSharedMemory } from '../../ts/data/shared.js'
import { fit } from '../../ts/training/fit.js'
import { finish, smallData, smallFit } from '../training/small.js'

const bytes = () =>
  dataset({
    inputs: Buffer.from([0, 1, 2, 253, 254, 255]),
    shape: [2],
    targets: Float32Array.of(0.5, 1, 2),
    groups: [7, 8, 9],
  })

test('examples in shared memory are the same ones', () => {
  for (const examples of [bytes(), smallData()]) {
    const shared = inSharedMemory(examples)
    expect({ ...shared, inputs: [...shared.inputs] }).toEqual({
      ...examples,
      inputs: [...examples.inputs],
    })
    expect(shared.inputs.buffer).toBeInstanceOf(SharedArrayBuffer)
  }
})

test('they are sent without a copy, and not copied again', () => {
  const shared = inSharedMemory(bytes())
  const sent = structuredClone(shared)
  shared.inputs[0] = 99
  expect(sent.inputs[0]).toBe(99)
  const again = inSharedMemory(sent)
  expect(again.inputs).toBe(sent.inputs)
  expect(again.groups).toBe(sent.groups)
})

for (const engine of ['native', 'wasm'] as const) {
  test(`the ${engine} engine trains on them to the same bits`, async () => {
    const run = (data = smallData()) =>
      finish(fit(smallFit({ data, engine, validation: 0.25, threads: 1 })))
    expect(await run(inSharedMemory(smallData()))).toBe(await run())
  })
}

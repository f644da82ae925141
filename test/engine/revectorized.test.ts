import { expect, test } from 'vitest'
import { engine } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { engineData, smallOptions, smallSession, train } from '../training/small.js'

const old = Number.parseInt(process.versions.node) < 24

test.runIf(old)('asking an old Node for the re-vectorised engine is an error that says so', () => {
  expect(() => engine('wasm-revectorized')).toThrow(
    /wasm-revectorized needs Node 24 or newer; this is \d+\./,
  )
})

test.skipIf(old)('the re-vectorised engine gives native’s bits', async () => {
  const hashes = new Set<string>()
  for (const binding of [engine('wasm-revectorized'), native()]) {
    const session = smallSession(smallOptions(), 1, binding)
    await train(session, engineData(undefined, binding), 3)
    hashes.add(session.weightsSha256)
  }
  expect(hashes.size).toBe(1)
})

test.skipIf(old)('the re-vectorised engine may be asked for again, and wasm after it', () => {
  expect(engine('wasm-revectorized').name).toBe('wasm')
  expect(engine('wasm').name).toBe('wasm')
})

import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { compile } from '../../ts/compile/index.js'
import { Session } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { FeedalignError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { smallOptions, smallSession } from '../training/small.js'

for (const network of ['1000000-1000000-10', '65536-65536-65536-10']) {
  // Where there is so much memory, the second one would be made.
  const skip = process.platform !== 'linux' || (network.startsWith('6') && totalmem() > 32e9)
  test.skipIf(skip)(`${network} is an error with its size and what is available`, () => {
    const program = compile(smallOptions({ network: parseNetwork(network) }))
    const make = () => new Session(native(), program, { threads: 1, seed: 1 })
    expect(make).toThrow(FeedalignError)
    expect(make).toThrow(/^the network: needs \d+ MB of memory, of which \d+ MB are available$/)
    // The process lives on.
    expect(smallSession(smallOptions()).kernel).not.toBe('')
  })
}

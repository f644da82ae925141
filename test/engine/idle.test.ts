import { expect, test } from 'vitest'
import { built, child, lines } from '../children.js'

test('a process that has trained and waits uses less than a hundredth of a core', async () => {
  const script = `
    import { setTimeout } from 'node:timers/promises'
    import { fit } from ${JSON.stringify(built('training/fit.js'))}
    import { dataset } from ${JSON.stringify(built('data/examples.js'))}
    import { network, dense } from ${JSON.stringify(built('network/index.js'))}
    import { rules } from ${JSON.stringify(built('rules/index.js'))}
    const inputs = Float32Array.from({ length: 6400 }, (_, i) => ((i * 37) % 101) / 50 - 1)
    const targets = Uint8Array.from({ length: 100 }, (_, i) => i % 10)
    const data = dataset({ inputs, shape: [64], targets })
    const options = { network: network(64, dense(64), dense(10)), rule: rules.fa(), data, epochs: 3 }
    // More threads than a core each, and a pool that was never run, must be as still as any.
    const runs = [1, 2, 5].map((threads) => fit({ ...options, threads }))
    for (const run of runs.slice(0, 2)) for await (const event of run);
    // Node itself tidies up for a moment after work.
    await setTimeout(500)
    const before = process.cpuUsage()
    await setTimeout(2000)
    const { user, system } = process.cpuUsage(before)
    console.log((user + system) / 2e6)
    for (const run of runs) run[Symbol.dispose]()`
  const seen: number[] = []
  for await (const line of lines(child(script))) seen.push(Number(line))
  expect(seen).toHaveLength(1)
  expect(seen[0]).toBeLessThan(0.01)
})

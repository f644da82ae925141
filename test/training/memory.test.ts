import { describe, expect, test } from 'vitest'
import { built, child, lines } from '../children.js'
import { temporaryFolder } from '../folders.js'

/** Trains and prints the process's memory after each epoch, garbage collected. */
const script = `
  import { datasets, fit, parseNetwork, rules } from ${JSON.stringify(built('index.js'))}
  const [engine, checkpoints] = process.argv.slice(1)
  const { train: data, test } = await datasets.digits()
  const network = parseNetwork('784-128-10')
  const options = { network, rule: rules.fa(), data, test, epochs: 20, batch: 128, validation: 0.1 }
  for await (const { event } of fit({ ...options, engine, checkpoints })) {
    if (event !== 'epoch') continue
    gc()
    console.log(process.memoryUsage().rss)
  }`

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[1] ?? NaN

describe('after 20 epochs a process holds as much memory as after 2, within 5 %', () => {
  for (const engine of ['native', 'wasm']) {
    test(`with the ${engine} engine`, async () => {
      const held: number[] = []
      const training = child(script, [engine, temporaryFolder()], ['--expose-gc'])
      for await (const line of lines(training)) held.push(Number(line))
      expect(held).toHaveLength(21)
      const [early, late] = [median(held.slice(2, 5)), median(held.slice(18, 21))]
      console.info(`${engine}: ${late} bytes after 20 epochs, ${early} after 2`)
      expect(late / early).toBeLessThan(1.05)
    })
  }
})

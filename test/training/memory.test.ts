import { expect, test } from 'vitest'
import { built, child, lines } from '../children.js'

/** The median of a run's resident memory after the epochs from `first` to `last`. */
function median(sizes: readonly number[], first: number, last: number): number {
  const some = sizes.slice(first - 1, last).sort((a, b) => a - b)
  return some[some.length >> 1] ?? NaN
}

test('memory after 20 epochs is that after 2, within 5 %', async () => {
  const script = `
    import { datasets, fit, parseNetwork, rules } from ${JSON.stringify(built('index.js'))}
    const { train, test } = await datasets.digits()
    const run = fit({
      network: parseNetwork('784-128-10'), rule: rules.fa(), data: train, test, epochs: 20,
      validation: 0.1, threads: 1,
    })
    for await (const { event, epoch } of run) {
      if (event !== 'epoch' || epoch === 0) continue
      gc()
      console.log(process.memoryUsage().rss)
    }`
  const sizes: number[] = []
  for await (const line of lines(child(script, [], ['--expose-gc']))) sizes.push(Number(line))
  expect(sizes).toHaveLength(20)
  const [early, late] = [median(sizes, 2, 4), median(sizes, 18, 20)]
  console.info(`memory after 2-4 epochs ${early} bytes, after 18-20 ${late}`)
  expect(Math.abs(late / early - 1)).toBeLessThan(0.05)
})

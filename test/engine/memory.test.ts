import { expect, test } from 'vitest'
import { built, child, lines } from '../children.js'

for (const engine of ['native', 'wasm']) {
  test(`data sets of the ${engine} engine let go of their memory when disposed of`, async () => {
    const script = `
      import { DataSet, engine } from ${JSON.stringify(built('engine/index.js'))}
      const home = engine(process.argv[1])
      const [inputs, targets] = [new Uint8Array(2 ** 24), new Uint32Array(2 ** 14)]
      for (let i = 0; i < 40; i++) {
        const data = DataSet.of(home, inputs, 1024, targets, 10)
        data[Symbol.dispose]()
        if (i === 4 || i === 39) console.log(process.memoryUsage().rss)
      }`
    const seen: number[] = []
    for await (const line of lines(child(script, [engine]))) seen.push(Number(line))
    const [early = NaN, late = NaN] = seen
    // 35 of them are 587 MB.
    expect(late - early).toBeLessThan(50e6)
  })
}

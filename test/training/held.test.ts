import { describe, expect, test } from 'vitest'
import { native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { parseNetwork } from '../../ts/network/index.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { hold, holdShared, whileHeld } from '../../ts/training/held.js'
import { built, child, lines } from '../children.js'
import { finish, smallData, smallFit } from './small.js'

const one = (changes: Partial<FitOptions> = {}): FitOptions => smallFit({ threads: 1, ...changes })

describe('examples that several hold in one engine', () => {
  test('are there once, until the last of them lets go', () => {
    const examples = smallData()
    const [first, second] = [hold(native(), examples), hold(native(), examples)]
    expect(second.data).toBe(first.data)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(second.data.hash).toHaveLength(64)
    second[Symbol.dispose]()
    expect(() => second.data.hash).toThrow('the data set is disposed of')
    using third = hold(native(), examples)
    expect(third.data.hash).toHaveLength(64)
  })

  test('are others in another engine, and for other examples', () => {
    const examples = smallData()
    using first = hold(native(), examples)
    using second = hold(wasm(), examples)
    using third = hold(native(), smallData())
    expect(new Set([first.data, second.data, third.data]).size).toBe(3)
  })

  test('are found by a run where another thread shared them', async () => {
    const [examples, same] = [smallData(), smallData()]
    using theirs = hold(native(), examples)
    using mine = holdShared(native(), same, theirs.data.share())
    using run = fit(one({ data: same }))
    using again = hold(native(), same)
    expect(again.data).toBe(mine.data)
    expect(await finish(run)).toBe(await finish(fit(one())))
  })
})

test('what is made of examples is made once while they are held, and anew when they are not', () => {
  const examples = smallData()
  let made = 0
  const make = (what: string) => whileHeld(examples, what, () => ++made)
  expect([make('a'), make('a')]).toEqual([1, 2])
  const first = hold(native(), examples)
  const second = hold(wasm(), examples)
  expect([make('a'), make('a'), make('b')]).toEqual([3, 3, 4])
  first[Symbol.dispose]()
  expect(make('a')).toBe(3)
  for (let i = 0; i < 100; i++) make(String(i))
  expect([make('99'), make('a')]).toEqual([104, 105])
  second[Symbol.dispose]()
  expect([make('b'), make('b')]).toEqual([106, 107])
})

test('runs of several seeds on data that is held have the bits of runs on their own', async () => {
  const data = smallData()
  using held = hold(native(), data)
  expect(held.data.count).toBe(40)
  const seeds = [1, 2, 1].flatMap((seed) => [0, 0.25].map((validation) => ({ seed, validation })))
  for (const changes of seeds) {
    const alone = await finish(fit(one(changes)))
    expect(await finish(fit(one({ ...changes, data })))).toBe(alone)
  }
})

test('a run that cannot be made lets go of its data', () => {
  const data = smallData()
  const network = parseNetwork('12-1000000-1000000-4')
  expect(() => fit(one({ data, network }))).toThrow(/memory/)
  const held = hold(native(), data)
  held[Symbol.dispose]()
  expect(() => held.data.hash).toThrow('the data set is disposed of')
})

test('ten runs on the same examples take their memory once, and give it back', async () => {
  const script = `
    import { dataset, fit, parseNetwork, rules } from ${JSON.stringify(built('index.js'))}
    const data = dataset({
      inputs: new Uint8Array(2 ** 26), shape: [2 ** 16], targets: new Uint32Array(2 ** 10),
    })
    const run = () => fit({ network: parseNetwork('65536-1'), rule: rules.bp(), data, threads: 1 })
    run()[Symbol.dispose]()
    const before = process.memoryUsage().rss
    const runs = Array.from({ length: 10 }, run)
    console.log(process.memoryUsage().rss - before)
    for (const one of runs) one[Symbol.dispose]()
    console.log(process.memoryUsage().rss - before)`
  const seen: number[] = []
  for await (const line of lines(child(script))) seen.push(Number(line))
  const [during = NaN, after = NaN] = seen
  // Ten copies would be 671 MB; each run has some MB of its own.
  expect(during).toBeLessThan(300e6)
  expect(after).toBeLessThan(60e6)
})

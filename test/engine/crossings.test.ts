import { expect, test, vi } from 'vitest'
import { compile } from '../../ts/compile/index.js'
import { Session, type Binding } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { Calls } from '../../ts/training/calls.js'
import { engineData, smallOptions } from '../training/small.js'

/** The native engine, whose sessions note the name of every call that crosses into them. */
function counted(crossings: string[]): Binding {
  const home = native()
  return {
    ...home,
    session: (program, options) =>
      new Proxy(home.session(program, options), {
        get: (session, name: string) => {
          const method = Reflect.get(session, name) as (...args: unknown[]) => unknown
          return (...args: unknown[]) => {
            crossings.push(name)
            return method.apply(session, args)
          }
        },
      }),
  }
}

test('a run crosses into the engine once, however many its steps, and makes no JSON', async () => {
  const crossings: string[] = []
  const session = new Session(counted(crossings), compile(smallOptions()), { threads: 1, seed: 1 })
  const data = engineData()
  const examples = Uint32Array.from({ length: 4000 }, (_, i) => i % 40)
  const knobs = new Float32Array(250).fill(0.1)
  const json = [vi.spyOn(JSON, 'stringify'), vi.spyOn(JSON, 'parse')]
  for (let call = 1; call <= 3; call++) {
    const metrics = await session.run('train', data, examples, knobs)
    expect(metrics.steps).toBe(250)
    expect(crossings).toEqual(new Array<string>(call).fill('run'))
  }
  for (const spy of json) {
    expect(spy).not.toHaveBeenCalled()
    spy.mockRestore()
  }
})

test('work in calls crosses once a call, and its metrics are those of one call', async () => {
  const crossings: string[] = []
  const session = new Session(counted(crossings), compile(smallOptions()), { threads: 1, seed: 1 })
  const data = engineData()
  const examples = Uint32Array.from({ length: 9999 }, (_, i) => (i * 7) % 40)
  const whole = await session.run('evaluate', data, examples)
  const calls = new Calls(session)
  const work = { phase: 'evaluate', data, examples }
  for (let round = 0; round < 3; round++) {
    crossings.length = 0
    let made = 0
    for await (const { metrics } of calls.run(work)) made += Math.sign(metrics.steps)
    expect(crossings).toEqual(new Array<string>(made).fill('run'))
    const all = await calls.all(work)
    expect([...(all?.each('loss') ?? [])]).toEqual([...whole.each('loss')])
  }
})

test('work that is stopped ends after the call at hand, without metrics of all', async () => {
  const session = new Session(native(), compile(smallOptions()), { threads: 1, seed: 1 })
  const work = { phase: 'evaluate', data: engineData(), examples: new Uint32Array(1600) }
  const calls = new Calls(session)
  let asked = 0
  const stopped = (): boolean => ++asked > 1
  const made: number[] = []
  for await (const { count } of calls.run({ ...work, stopped })) made.push(count)
  expect(made).toEqual([16])
  asked = 0
  expect(await new Calls(session).all({ ...work, stopped })).toBeUndefined()
})

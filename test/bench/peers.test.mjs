import { expect, test } from 'vitest'
import { Peer, rateOf, readAnswer, startPeers } from '../../bench/peers/peer.mjs'
import { ratios } from '../../bench/ratios.mjs'
import { multiplyAdds } from '../../bench/rivals.mjs'

/** A peer in Node that says hello and then, to every line, `reply`. */
const talker = (reply, hello = '{"peer":"echo","version":"1"}') => [
  process.execPath,
  '-e',
  `console.log(${JSON.stringify(hello)})
   require('readline').createInterface(process.stdin).on('line', () => console.log(${reply}))`,
]

test('a rate is what a peer answered, repetitions over seconds', () => {
  expect(rateOf('numpy', '{"repetitions": 12, "seconds": 0.5}')).toBe(24)
})

test.each([
  ['{"repetitions": 12, "sec', 'numpy answered "{\\"repetitions\\": 12, \\"sec"'],
  ['null', 'numpy answered null'],
  ['{"error": "MemoryError: 1 GB"}', 'numpy: MemoryError: 1 GB'],
  ['{"repetitions": 0, "seconds": 0.1}', 'numpy answered {"repetitions": 0, "seconds": 0.1}'],
  ['{"repetitions": 3}', 'numpy answered {"repetitions": 3}'],
])('the answer %s is an error, not a figure', (line, message) => {
  expect(() => rateOf('numpy', line)).toThrow(message)
})

test('a peer is a process that is asked for cases until it is closed', async () => {
  const peer = await Peer.start('echo', talker(`'{"repetitions":6,"seconds":2}'`), process.env)
  expect([peer.version, await peer.rate({ bench: 'step' }, 0.1)]).toEqual(['1', 3])
  peer.close()
})

test('a peer that ends instead of answering is an error', async () => {
  const peer = await Peer.start('echo', talker('process.exit()'), process.env)
  await expect(peer.rate({}, 0.1)).rejects.toThrow('echo ended without an answer')
})

test('peers that cannot start are listed with the reason, the others run', async () => {
  const command = (reply, hello) => () => talker(reply, hello)
  const list = {
    echo: { missing: () => undefined, command: command('1') },
    absent: { missing: () => 'torch not installed' },
    unbuilt: { missing: () => undefined, command: () => ['no-such-program-anywhere'] },
    mumbler: { missing: () => undefined, command: command('1', 'Segmentation fault') },
  }
  const { running, missing } = await startPeers(Object.keys(list), 1, list)
  expect(running.map(({ name }) => name)).toEqual(['echo'])
  expect(missing).toEqual([
    { peer: 'absent', missing: 'torch not installed' },
    { peer: 'unbuilt', missing: 'unbuilt ended without an answer' },
    { peer: 'mumbler', missing: 'mumbler answered "Segmentation fault"' },
  ])
  running[0].close()
})

test('hello is read like any answer', () => {
  expect(readAnswer('numpy', '{"peer": "numpy", "version": "2"}').version).toBe('2')
})

test('ratios pair ours with a peer at the same precision, batch and threads', () => {
  const at = { bench: 'step', precision: 'f32', batch: 64, threads: 2 }
  const rows = [
    { ...at, rule: 'fa', samplesPerSecond: 300 },
    { ...at, rule: 'dfa', samplesPerSecond: 500 },
    { ...at, rule: 'fa', batch: 32, samplesPerSecond: 999 },
    { ...at, rule: 'bp', peer: 'pytorch', form: 'in place', samplesPerSecond: 200 },
    { ...at, rule: 'dfa', peer: 'numpy', samplesPerSecond: 250 },
    { peer: 'onnxruntime', missing: 'not installed' },
  ]
  const pairs = ratios(rows).map(({ ours, peer, ratio }) => [ours, peer, ratio])
  expect(pairs).toEqual([
    ['fa', 'pytorch (in place)', 1.5],
    ['dfa', 'numpy', 2],
  ])
})

test('a step is forward and update of every block, and feedback above the first', () => {
  expect(multiplyAdds('bp', [3, 4, 5])).toBe(2 * (12 + 20) + 20)
  expect(multiplyAdds('dfa', [3, 4, 5])).toBe(2 * (12 + 20) + 4 * 5)
})

test('a peer in JavaScript is served alike, errors too', async () => {
  const serve = new URL('../../bench/peers/javascript/serve.mjs', import.meta.url).href
  const script = `
    const { serve } = await import(${JSON.stringify(serve)})
    await serve('counter', '2', ({ fails }) => {
      if (fails) throw new RangeError('no such case')
      return () => new Promise((resolve) => setTimeout(resolve, 5, 3))
    })`
  const command = [process.execPath, '--input-type=module', '-e', script]
  const peer = await Peer.start('counter', command, process.env)
  expect(peer.version).toBe('2')
  // Three each 5 ms or more: timers are never early by a millisecond.
  const rate = await peer.rate({ fails: false }, 0.02)
  expect(rate).toBeGreaterThan(0)
  expect(rate).toBeLessThan(3 / 0.004)
  await expect(peer.rate({ fails: true }, 0.02)).rejects.toThrow(
    'counter: RangeError: no such case',
  )
  peer.close()
})

import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../ts/sweep/queue/redis.js'
import { feedalign } from '../../cli/command.js'
import { coordinator } from './processes.js'
import { hasRedis, Server } from './redis.js'

const index = new URL('../../../dist/index.js', import.meta.url).href

test('an address is shown without its password', () => {
  const { shown } = parseAddress('rediss://anna:secret@sweeps.example:6380/2')
  expect(shown).toBe('rediss://anna:…@sweeps.example:6380/2')
})

test('what is no address of a Redis is wrong usage, and is not repeated', () => {
  for (const url of ['http://:secret@host', 'secret', 'redis://:secret@host/name', 'redis://']) {
    expect(() => parseAddress(url)).toThrow(/^the queue is not the address of a Redis, as redis:/)
    expect(() => parseAddress(url)).not.toThrow(/secret/)
  }
})

test('without the packages of queues all else is there, and a queue says what to add', () => {
  const hook = `export const resolve = (name, context, next) => {
    if (name !== 'bullmq' && name !== 'ioredis') return next(name, context)
    throw Object.assign(new Error(name), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const code = `import { register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})
    const { QueueWorker } = await import(${JSON.stringify(index)})
    await QueueWorker.open({ url: 'redis://127.0.0.1:1', slots: 1 })`
  const args = ['--input-type=module', '--eval', code]
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toMatch(/a queue needs the packages bullmq and ioredis; add them by: npm install/)
})

test('a bad count of workers is wrong usage', () => {
  const bad = feedalign(['worker', '--queue', 'redis://host', '--workers', '0'])
  expect(bad.status).toBe(2)
  expect(bad.stderr).toBe('feedalign: --workers "0" is not a whole number above 0\n')
})

test('a Redis that cannot be reached is one line with the cure, without the password', () => {
  const { status, stderr } = feedalign(['worker', '--queue', 'redis://:secret@127.0.0.1:1/0'])
  expect(status).toBe(1)
  expect(stderr).toMatch(
    /^feedalign: cannot reach Redis at redis:\/\/:…@127.0.0.1:1\/0: .*ECONNREFUSED.*; start one .*\n$/,
  )
})

test.runIf(hasRedis)('a wrong password is one line that says so', async () => {
  const { url } = await Server.start('--requirepass', 'right')
  const wrong = url.replace('//', '//:secret@')
  for (const queue of [url, wrong]) {
    const failure = await coordinator(queue).catch((error: unknown) => String(error))
    expect(failure).toMatch(/cannot reach Redis at .*: it wants another user or password/)
    expect(failure).not.toContain('secret')
  }
})

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { DataSet, type SharedData } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { built } from '../children.js'
import { temporaryFolder } from '../folders.js'
import { engineData } from '../training/small.js'

/** A thread that tells the hash of data shared with it, and again, until it is told to let go. */
const script = `
  import { parentPort, workerData } from 'node:worker_threads'
  import { DataSet } from ${JSON.stringify(built('engine/index.js'))}
  import { native } from ${JSON.stringify(built('engine/native.js'))}
  const data = DataSet.shared(native(), workerData)
  parentPort.postMessage(data.hash)
  parentPort.on('message', (word) => {
    if (word === 'let go') data[Symbol.dispose]()
    parentPort.postMessage(word === 'hash' ? data.hash : 'done')
    if (word === 'let go') parentPort.close()
  })`

function thread(shared: SharedData): Worker {
  const file = join(temporaryFolder(), 'thread.mjs')
  writeFileSync(file, script)
  const worker = new Worker(file, { workerData: shared })
  onTestFinished(async () => {
    await worker.terminate()
  })
  return worker
}

async function answer(worker: Worker, word?: string): Promise<unknown> {
  const answered = once(worker, 'message')
  if (word !== undefined) worker.postMessage(word)
  return ((await answered) as unknown[])[0]
}

test('examples live as long as the last thread that has them, and then their number is dead', async () => {
  const mine = engineData()
  const { hash } = mine
  const shared = mine.share()
  const worker = thread(shared)
  expect(await answer(worker)).toBe(hash)
  mine[Symbol.dispose]()
  expect(await answer(worker, 'hash')).toBe(hash)
  const again = DataSet.shared(native(), shared)
  again[Symbol.dispose]()
  await answer(worker, 'let go')
  const gone = `data set ${shared.number} is not there, or not any more`
  expect(() => DataSet.shared(native(), shared)).toThrow(gone)
})

test('what is shared is plain data, the same one whenever it is asked for', () => {
  const data = engineData()
  const shared = data.share()
  expect(structuredClone(shared)).toEqual(data.share())
  const same = DataSet.shared(native(), shared)
  expect([same.count, same.hash, same.share()]).toEqual([data.count, data.hash, shared])
})

test('data of another process, of no number, or of the wasm engine cannot be shared', () => {
  const shared = engineData().share()
  const foreign = { ...shared, process: process.pid + 1 }
  expect(() => DataSet.shared(native(), foreign)).toThrow(
    `data set ${shared.number} is of process ${process.pid + 1}, this is ${process.pid}`,
  )
  expect(() => DataSet.shared(native(), { ...shared, number: 1.5 })).toThrow('1.5')
  expect(() => DataSet.shared(native(), { ...shared, number: 1e9 })).toThrow('1000000000')
  expect(() => DataSet.shared(wasm(), shared)).toThrow('the wasm engine shares no data')
  const own = engineData(undefined, wasm())
  expect(() => own.share()).toThrow('the wasm engine shares no data')
})

test('data that was disposed of is not shared any more', () => {
  const data = engineData()
  data[Symbol.dispose]()
  expect(() => data.share()).toThrow('the data set is disposed of')
})

import { readFileSync, readdirSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FeedalignError } from '../../ts/errors.js'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../../ts/training/checkpoint.js'
import { built, child, kill, lines } from '../children.js'
import { temporaryFolder } from '../folders.js'

const LONG = process.env['FEEDALIGN_LONG'] !== undefined

const checkpoint: Checkpoint = {
  position: { epoch: 2, step: 3, loss: 1.5, errors: 7, best: 0.25, stale: 2 },
  settings: { data: 'ab'.repeat(32), batch: 4, seed: 5, validation: 0.1 },
  snapshot: Uint8Array.from({ length: 200 }, (_, i) => 7 * i),
}

/** The path of a checkpoint in an empty folder, and its bytes. */
async function written(): Promise<{ file: string; bytes: Uint8Array }> {
  const file = join(temporaryFolder(), 'checkpoint-last.bin')
  await writeCheckpoint(file, checkpoint)
  return { file, bytes: readFileSync(file) }
}

/** Reading these bytes is one line that names the file. */
async function expectRefused(file: string, bytes: Uint8Array): Promise<void> {
  writeFileSync(file, bytes)
  const error: unknown = await readCheckpoint(file).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(FeedalignError)
  expect((error as Error).message).toContain(file)
  expect((error as Error).message).not.toContain('\n')
}

test('a checkpoint comes back as it was written, and nothing else is left', async () => {
  const { file } = await written()
  const { position, settings, snapshot } = await readCheckpoint(file)
  expect({ position, settings }).toEqual({
    position: checkpoint.position,
    settings: checkpoint.settings,
  })
  expect(Uint8Array.from(snapshot)).toEqual(checkpoint.snapshot)
  expect(readdirSync(dirname(file))).toEqual(['checkpoint-last.bin'])
})

describe('damage is an error that names the file', () => {
  test('where any one byte differs', async () => {
    const { file, bytes } = await written()
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1, 0x10, 0xff]) {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ mask
        await expectRefused(file, damaged)
      }
    }
  })

  test('where it is cut short, anywhere', async () => {
    const { file, bytes } = await written()
    for (let end = 0; end < bytes.length; end++) await expectRefused(file, bytes.subarray(0, end))
  })

  test('where several stretches differ, or something follows', async () => {
    const { file, bytes } = await written()
    const stretch = fc.record({ at: fc.nat(bytes.length), put: fc.uint8Array({ minLength: 1 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { minLength: 1, maxLength: 4 }), async (stretches) => {
        const damaged = stretches.reduce<Uint8Array>(
          (held, { at, put }) =>
            Buffer.concat([held.subarray(0, at), put, held.subarray(at + put.length)]),
          bytes,
        )
        fc.pre(!Buffer.from(damaged).equals(bytes))
        await expectRefused(file, damaged)
      }),
      { numRuns: LONG ? 10_000 : 300 },
    )
  })
})

const impossible: readonly [string, object][] = [
  ['epoch', { epoch: -1 }],
  ['epoch', { epoch: 1.5 }],
  ['step', { step: NaN }],
  ['loss', { loss: Infinity }],
  ['errors', { errors: 0.5 }],
  ['best', { best: 1.1 }],
  ['best', { best: -0.1 }],
  ['data', { data: 'a file' }],
  ['batch', { batch: 0 }],
  ['seed', { seed: 2 ** 60 }],
  ['validation', { validation: 1 }],
  ['validation', { validation: undefined }],
]

for (const [name, change] of impossible) {
  test(`a header with ${JSON.stringify(change)} is refused, whoever wrote it`, async () => {
    const file = join(temporaryFolder(), 'checkpoint-last.bin')
    const { position, settings } = checkpoint
    const merged = { ...position, ...settings, ...change }
    await writeCheckpoint(file, { ...checkpoint, position: merged, settings: merged })
    await expect(readCheckpoint(file)).rejects.toThrow(`${file} has a header in which ${name} is`)
  })
}

test('a checkpoint of another version is refused with both versions', async () => {
  const { file, bytes } = await written()
  const text = Buffer.from(bytes).toString('latin1').replace('checkpoint 3', 'checkpoint 2')
  writeFileSync(file, Buffer.from(text, 'latin1'))
  await expect(readCheckpoint(file)).rejects.toThrow('of version 2, this feedalign reads 3')
})

test('a file that is missing, or cannot be written, is named with the reason', async () => {
  const folder = temporaryFolder()
  const missing = join(folder, 'checkpoint-last.bin')
  await expect(readCheckpoint(missing)).rejects.toThrow(
    `cannot read ${missing}: no such file or directory (ENOENT)`,
  )
  const occupied = join(folder, 'taken')
  mkdirSync(join(occupied, 'by a folder'), { recursive: true })
  await expect(writeCheckpoint(occupied, checkpoint)).rejects.toThrow(`cannot write ${occupied}: `)
  expect(readdirSync(folder)).toEqual(['taken'])
  const within = join(folder, 'taken', 'by a folder', 'x')
  writeFileSync(within, '')
  await expect(writeCheckpoint(join(within, 'y'), checkpoint)).rejects.toThrow(/^cannot write .*x/)
})

test('a kill while writing leaves a whole checkpoint, the old or the new', async () => {
  const file = join(temporaryFolder(), 'checkpoint-last.bin')
  const script = `
    import { writeCheckpoint } from ${JSON.stringify(built('training/checkpoint.js'))}
    const [file, text] = process.argv.slice(1)
    const { position, settings } = JSON.parse(text)
    const snapshot = new Uint8Array(2 ** 21)
    for (let epoch = 0; ; epoch++) {
      await writeCheckpoint(file, { position: { ...position, epoch }, settings, snapshot })
      snapshot.fill(epoch + 1)
      if (epoch === 0) console.log('written')
    }`
  for (let round = 0; round < (LONG ? 50 : 4); round++) {
    const writer = child(script, [file, JSON.stringify(checkpoint)])
    for await (const line of lines(writer)) {
      if (line === 'written') break
    }
    await new Promise((resolve) => setTimeout(resolve, 10 + 13 * round))
    await kill(writer)
    const { position, snapshot } = await readCheckpoint(file)
    expect(snapshot.every((byte) => byte === position.epoch % 256)).toBe(true)
  }
})

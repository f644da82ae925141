import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { FeedalignError } from '../../errors.js'
import { isNot, told } from '../../values.js'
import { parseCifar, RECORD, SIDE, type CifarImages } from '../cifar.js'
import { dataset, type Examples } from '../examples.js'
import { readWhole } from '../files.js'
import { findFolder, type Located } from '../folders.js'
import { readTarGz } from '../tar.js'
import { defineSet } from './define.js'

const CLASSES = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
  ...['dog', 'frog', 'horse', 'ship', 'truck'],
]

const TRAIN = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`)
const TEST = 'test_batch.bin'
const FILES = [...TRAIN, TEST]

/** The folder that the archive unpacks to. */
const INNER = 'cifar-10-batches-bin'
const ARCHIVE = 'cifar-10-binary.tar.gz'

/** Bytes of each of the archive's files. */
const BATCH = 10_000 * RECORD

const options = v.strictObject({
  colour: told(
    v.optional(v.boolean(isNot('true or false')), true),
    '<true|false>',
    '3,072 inputs; else 1,024 of grey',
  ),
})

/** How its images become inputs; in colour unless told. */
export type Cifar10Options = v.InferInput<typeof options>

function locate(dataDir?: string): Located | undefined {
  const names = [...FILES, ...FILES.map((file) => join(INNER, file)), ARCHIVE]
  const holds = (folder: string): boolean => names.some((name) => existsSync(join(folder, name)))
  return findFolder('cifar10', holds, dataDir)
}

async function read({ path }: Located, { colour }: v.InferOutput<typeof options>) {
  const batches = await readBatches(path, colour)
  const examples = (names: readonly string[]): Examples => joined(names.map(of), colour)
  const about = { classNames: CLASSES }
  return { train: examples(TRAIN), test: examples([TEST]), about }

  function of(name: string): CifarImages {
    const batch = batches.get(name)
    if (batch !== undefined) return batch
    throw new FeedalignError(`${join(path, name)}: no such file`)
  }
}

/** Unpacked files come before the archive. */
async function readBatches(folder: string, colour: boolean): Promise<Map<string, CifarImages>> {
  const batches = new Map<string, CifarImages>()
  const inner = [folder, join(folder, INNER)].find((place) =>
    FILES.some((name) => existsSync(join(place, name))),
  )
  if (inner === undefined) {
    await readArchive(join(folder, ARCHIVE), batches, colour)
    return batches
  }
  for (const name of FILES) {
    const file = join(inner, name)
    batches.set(name, parseCifar(await readWhole(file), file, colour))
  }
  return batches
}

async function readArchive(
  archive: string,
  batches: Map<string, CifarImages>,
  colour: boolean,
): Promise<void> {
  const nameOf = (path: string): string | undefined =>
    FILES.find((name) => path === `${INNER}/${name}` || path === name)
  await readTarGz(
    archive,
    (path) => (nameOf(path) === undefined ? undefined : BATCH),
    (path, bytes) => {
      batches.set(nameOf(path) ?? path, parseCifar(bytes, `${archive}: ${path}`, colour))
    },
  )
}

function joined(parts: readonly CifarImages[], colour: boolean): Examples {
  return dataset({
    inputs: concat(parts.map(({ inputs }) => inputs)),
    shape: colour ? [SIDE, SIDE, 3] : [SIDE, SIDE],
    targets: concat(parts.map(({ labels }) => labels)),
    classes: CLASSES.length,
  })
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const cifar10 = defineSet({
  name: 'cifar10',
  called: 'CIFAR-10',
  options,
  locate,
  cure: () => `it needs ${ARCHIVE}, or ${FILES.join(', ')}`,
  read,
})

import { existsSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { FeedalignError, reason, UsageError } from '../errors.js'
import { agrees, contentsText, Tally, tallyFile } from './checksum.js'
import { readPlainOrGz } from './files.js'
import { findFile, manifest, type Contents, type ManifestFile } from './manifest.js'
import { dataSources, findDataSource } from './sets/index.js'

/** How a file compares with what is known of it. */
export interface Verified {
  /** Its path, or where it would be. */
  readonly file: string
  /**
   * `ok`: as published, or packed otherwise but of the same contents; `unknown`: there is nothing
   * to compare it with.
   */
  readonly status: 'ok' | 'missing' | 'differs' | 'unknown'
  /** What was found and what expected, where it differs; why there is nothing to compare with. */
  readonly detail?: string
}

/** As `sha256sum` writes them. */
const SUMS = 'SHA256SUMS'

/**
 * Compares a data set's files, in `dir` or where they are found, with the sizes and checksums of
 * its manifest; those of a sample, and of a set whose manifest has none, with a `SHA256SUMS` beside
 * them. Throws `UsageError` where there is no such set, `FeedalignError` where none of its files
 * is found.
 */
export async function verify(name: string, dir?: string): Promise<Verified[]> {
  const place = findDataSource(name).locate(dir)
  if (place === undefined) {
    throw new FeedalignError(`no files of ${name} in ${dir ?? 'the usual folders'}`)
  }
  const { path, sample } = place
  if (!dataSources.some((source) => source.name === name)) {
    throw new UsageError(`${path} is data of your own, of which no checksums are known`)
  }
  const folder = (await stat(path)).isDirectory() ? path : dirname(path)
  const { files } = manifest(name)
  if (!sample && files.length > 0) {
    return await Promise.all(files.map((file) => verifyFile(folder, file)))
  }
  const sums = await readFile(join(folder, SUMS), 'utf8').catch(() => undefined)
  if (sums !== undefined) return await verifySums(folder, sums)
  const what = sample ? 'a sample of the set' : 'a set'
  const detail = `${what}, of which no checksums are known, nor is there a ${SUMS}`
  return [{ file: folder, status: 'unknown', detail }]
}

/** How a file compares with what its publisher offers. */
export async function verifyFile(folder: string, wanted: ManifestFile): Promise<Verified> {
  const file = findFile(folder, wanted)
  if (file === undefined) return { file: join(folder, wanted.name), status: 'missing' }
  const { packed, unpacked } = wanted
  const known = [packed, unpacked].filter((one) => one !== undefined)
  try {
    const whole = (await tallyFile(file, known)).contents()
    if (known.some((one) => agrees(whole, one))) return { file, status: 'ok' }
    const gz = await isGz(file)
    const expected = (gz ? packed : unpacked) ?? packed ?? unpacked ?? {}
    if (!gz || unpacked?.bytes === undefined) return differs(file, whole, expected)
    const { bytes } = unpacked
    const plain = await readPlainOrGz(file, () => bytes)
    const inner = new Tally([unpacked]).add(plain).contents()
    if (agrees(inner, unpacked)) return { file, status: 'ok' }
    return differs(file, inner, unpacked, 'unpacked ')
  } catch (error) {
    return { file, status: 'differs', detail: reason(error) }
  }
}

function differs(file: string, found: Contents, known: Contents, how = ''): Verified {
  const detail = `${how}${contentsText(found)}, expected ${contentsText(known)}`
  return { file, status: 'differs', detail }
}

async function isGz(file: string): Promise<boolean> {
  const head = Buffer.alloc(2)
  const handle = await open(file)
  try {
    await handle.read(head, 0, 2, 0)
  } finally {
    await handle.close()
  }
  return head[0] === 0x1f && head[1] === 0x8b
}

/** The files that such a list names, one after another: a sample has hundreds. */
async function verifySums(folder: string, sums: string): Promise<Verified[]> {
  const checked: Verified[] = []
  for (const line of sums.split('\n').filter((text) => text.trim() !== '')) {
    const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trimEnd()) ?? []
    if (sha256 === undefined || path === undefined) {
      throw new FeedalignError(`${join(folder, SUMS)}: not a checksum and a file: ${line}`)
    }
    if (!isInside(path)) {
      throw new FeedalignError(`${join(folder, SUMS)}: ${path} is outside of the folder`)
    }
    checked.push(await verifySum(join(folder, path), { sha256 }))
  }
  return checked
}

/** Whether a path leads nowhere but into the folder that it is taken from. */
function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).split(sep).includes('..')
}

async function verifySum(file: string, known: Contents): Promise<Verified> {
  if (!existsSync(file)) return { file, status: 'missing' }
  try {
    const { sha256 = '' } = (await tallyFile(file, [known])).contents()
    return agrees({ sha256 }, known) ? { file, status: 'ok' } : differs(file, { sha256 }, known)
  } catch (error) {
    return { file, status: 'differs', detail: reason(error) }
  }
}

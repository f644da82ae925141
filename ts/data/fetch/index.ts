import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { byName, FeedalignError } from '../../errors.js'
import { Lock } from '../../lock/lock.js'
import { makeFolder } from '../../makeFolder.js'
import { ownRoot } from '../folders.js'
import { manifest, type Manifest, type ManifestFile } from '../manifest.js'
import { published } from '../manifestSchema.js'
import { dataSources } from '../sets/index.js'
import { verifyFile } from '../verify.js'
import { extract } from './archive.js'
import { download, type Wanted } from './download.js'
import type { FetchEvent } from './events.js'
import { connections } from './follow.js'
import { Progress } from './progress.js'

export type { FetchEvent, FetchProgress } from './events.js'

/** How to fetch. */
export interface FetchOptions {
  /** A folder at a URL that has the files under their names; asked before the published origins. */
  readonly mirror?: string | undefined
  /** Stops it; what has come is kept. */
  readonly signal?: AbortSignal | undefined
  /** Seconds without a byte that end a connection; 30 unless told. */
  readonly stallSeconds?: number | undefined
  readonly onEvent?: ((event: FetchEvent) => void) | undefined
}

const STALL_SECONDS = 30

/** No program may fetch the set. */
export class ByHand extends FeedalignError {
  override readonly name = 'ByHand'
  /** How to get it and where to put it, a line each. */
  readonly lines: readonly string[]

  constructor({ name, byHand = [] }: Manifest, folder: string) {
    const lines = byHand.map((line) => line.replaceAll('{folder}', folder))
    super(`${name} cannot be fetched: ${lines.join(' ')}`)
    this.lines = lines
  }
}

/**
 * Fetches a data set's files into its folder: where some of it is found already, else `NAME/` in
 * `dataDir`, else the project's `datasets/NAME/` or that of the user. Files that are right stay as
 * they are. Throws `UsageError` where there is no such set, `FeedalignError` where it can only be
 * had by hand, where an origin, the disk or a file that is there is in the way.
 */
export async function fetchData(
  name: string,
  options: FetchOptions & { readonly dataDir?: string | undefined } = {},
): Promise<void> {
  const found = byName('data set', name, dataSources).locate(options.dataDir)
  const held = manifest(name)
  const folder = destination(name, options.dataDir)
  if (held.byHand === undefined) await fetchFiles(held, folder, options)
  else if (found === undefined || found.sample) throw new ByHand(held, folder)
  else new Progress(name, found.path, [], options.onEvent).done()
}

/** Where a set's files are put. */
export function destination(name: string, dataDir?: string): string {
  const found = byName('data set', name, dataSources).locate(dataDir)
  if (found !== undefined && !found.sample) return found.path
  if (dataDir === undefined) return join(ownRoot(), name)
  return basename(dataDir) === name ? dataDir : join(dataDir, name)
}

/** Fetches what a manifest tells of and the folder lacks; throws as {@link fetchData}. */
export async function fetchFiles(
  held: Manifest,
  folder: string,
  options: FetchOptions = {},
): Promise<void> {
  const missing = await missingFiles(held, folder, options.onEvent)
  const wanted = downloads(held, folder, missing, options.mirror)
  const progress = new Progress(held.name, folder, wanted, options.onEvent)
  if (wanted.length > 0) {
    makeFolder(folder)
    const lock = new Lock(folder, { name: '.fetching', doing: 'is fetching into it' })
    const dispatcher = await connections(options.stallSeconds ?? STALL_SECONDS)
    try {
      for (const one of wanted) {
        await download(one, { dispatcher, signal: options.signal, ...progress.of(one) })
        progress.end(one)
        await unpack(one.file, folder, missing)
      }
    } finally {
      await dispatcher.destroy()
      lock.release()
    }
  }
  progress.done()
}

/** Never overwrites what differs: it may be the user's own. */
async function missingFiles(
  { files }: Manifest,
  folder: string,
  told: FetchOptions['onEvent'],
): Promise<ManifestFile[]> {
  const missing: ManifestFile[] = []
  for (const wanted of files) {
    const { file, status, detail } = await verifyFile(folder, wanted)
    if (status === 'differs') {
      throw new FeedalignError(`${file}: ${detail}; remove it to fetch it anew`)
    }
    if (status === 'missing') missing.push(wanted)
    else told?.({ event: 'present', file: basename(file) })
  }
  return missing
}

/** What to ask for: files that are offered alone, and archives that have what is missing. */
function downloads(
  { archives }: Manifest,
  folder: string,
  missing: readonly ManifestFile[],
  mirror: string | undefined,
): Wanted[] {
  const alone = missing
    .filter(({ member }) => member === undefined)
    .map((file) => ({ ...file, known: published(file) }))
  const needed = archives
    .filter(({ name }) => missing.some(({ member }) => member?.archive === name))
    .map((archive) => ({ ...archive, known: archive.packed }))
  return [...alone, ...needed].map(({ name, origins, known }) => {
    const own = mirror === undefined ? [] : [`${mirror.replace(/\/$/, '')}/${name}`]
    return { file: join(folder, name), origins: [...own, ...origins], known }
  })
}

/** Takes out of an archive what is missing of it, and removes it. */
async function unpack(
  archive: string,
  folder: string,
  missing: readonly ManifestFile[],
): Promise<void> {
  const members = missing
    .filter(({ member }) => member?.archive === basename(archive))
    .map((file) => ({ file, to: join(folder, file.name) }))
  if (members.length === 0) return
  await extract(archive, members)
  await rm(archive)
}

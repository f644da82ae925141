import { Command } from 'commander'
import { ByHand, destination, fetchData, type FetchEvent } from '../data/fetch/index.js'
import { findDataSource } from '../data/sets/index.js'
import { UsageError } from '../errors.js'
import { bytesText, duration } from '../report/format.js'
import { onInterrupt } from './interrupt.js'
import { liveLine } from './liveLine.js'

interface FetchFlags {
  readonly dataDir?: string
  readonly mirror?: string
  readonly timeout?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** `feedalign data fetch NAME`. */
export function fetchCommand(): Command {
  return new Command('fetch')
    .description('fetch the files of a data set; what is there is checked and kept')
    .argument('<name>')
    .option('--data-dir <folder>', "the set's folder, or its parent")
    .option('--mirror <url>', 'a folder that has the files under their names; asked first')
    .option('--timeout <seconds>', 'end a connection that brings nothing for so long (default 30)')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'no progress')
    .action(fetchSet)
}

async function fetchSet(name: string, flags: FetchFlags): Promise<void> {
  const { dataDir, mirror, timeout } = flags
  const controller = new AbortController()
  const { signal } = controller
  const forget = onInterrupt(() => {
    controller.abort()
  })
  try {
    if (mirror !== undefined) checkUrl(mirror)
    const stallSeconds = timeout === undefined ? undefined : seconds(timeout)
    await fetchData(name, { dataDir, mirror, stallSeconds, signal, onEvent: printer(flags) })
    warnOfOther(name, flags)
  } catch (error) {
    if (signal.aborted) stopped(name)
    else if (error instanceof ByHand && flags.json !== true) explain(name, error)
    else throw error
  } finally {
    forget()
  }
}

/** A folder that is looked at earlier may have files too, of a sample for example. */
function warnOfOther(name: string, { dataDir, quiet }: FetchFlags): void {
  const read = findDataSource(name).locate(dataDir)?.path
  const put = destination(name, dataDir)
  if (quiet === true || read === undefined || read === put) return
  console.error(`note: ${read} is found first; --data-dir ${put} is what reads the files here`)
}

function checkUrl(mirror: string): void {
  if (URL.canParse(mirror) && /^https?:/.test(mirror)) return
  throw new UsageError(`--mirror ${mirror}: not an http: or https: URL`)
}

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value <= 3600) return value
  throw new UsageError(`--timeout ${text}: not a number of seconds above 0, 3600 at most`)
}

function stopped(name: string): void {
  console.error(`stopped; the same command goes on: feedalign data fetch ${name}`)
  process.exitCode = 130
}

/** Nothing was fetched, so this is not success; but the way to it is what was asked for. */
function explain(name: string, { lines }: ByHand): void {
  for (const line of lines) console.log(line)
  console.error(`feedalign: ${name} cannot be fetched by a program`)
  process.exitCode = 1
}

/** Milliseconds between JSON lines of progress. */
const JSON_MILLISECONDS = 1000

function printer({ json, quiet }: FetchFlags): (event: FetchEvent) => void {
  if (json === true) {
    let printed = -Infinity
    return (event) => {
      const now = performance.now()
      if (event.event === 'progress' && now - printed < JSON_MILLISECONDS) return
      if (event.event === 'progress') printed = now
      console.log(JSON.stringify(event))
    }
  }
  return quiet === true ? result : live()
}

/** The result is data, progress is not. */
function result(event: FetchEvent): void {
  if (event.event === 'done') console.log(`${event.name} is in ${event.folder}`)
}

function live(): (event: FetchEvent) => void {
  const { passing, line, end } = liveLine()
  return (event) => {
    if (event.event === 'progress') passing(progressLine(event))
    else if (event.event === 'trouble') line(`${event.file}  ${event.origin}: ${event.reason}`)
    else if (event.event === 'file') line(`${event.file}  fetched`)
    else if (event.event === 'present') line(`${event.file}  is there`)
    else if (event.event === 'origin') {
      const from = event.from > 0 ? `, from byte ${event.from} on` : ''
      line(`${event.file}  from ${event.origin}${from}`)
    } else {
      end()
      result(event)
    }
  }
}

function progressLine(event: FetchEvent & { event: 'progress' }): string {
  const { file, bytes, size, bytesPerSecond, etaSeconds } = event
  const parts = [
    file,
    size === null ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(size)}`,
    size === null ? '' : `${Math.floor((100 * bytes) / size)} %`,
    `${bytesText(bytesPerSecond)}/s`,
    etaSeconds === null ? '' : `ETA ${duration(etaSeconds)}`,
  ]
  return parts.filter((text) => text !== '').join('  ')
}

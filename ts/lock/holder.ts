import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, told from any later one of the same number. */
export interface Holder {
  readonly pid: number
  /** The machine's name, of letters, digits and `._-`. */
  readonly host: string
  /** When it began, in a unit of the system's; empty where the system tells nobody. */
  readonly start: string
  /** Within which process numbers are unique: this boot of the machine, this container. */
  readonly space: string
}

export function ownHolder(): Holder {
  const { start } = statOf(process.pid)
  return { pid: process.pid, host: hostName(hostname()), start, space: ownSpace() }
}

/** A machine's name as a holder has it. */
export const hostName = (name: string): string => name.replaceAll(/[^\w.-]/g, '_')

/** As a file's name, which no other process has at any time. */
export const nameOf = ({ pid, start, space, host }: Holder): string =>
  `${pid}-${start}-${space}-${host}`

/** Undefined where it is none of these names. */
export function holderOf(name: string): Holder | undefined {
  const parts = /^([1-9]\d*)-(\d*)-([0-9a-f]*)-(.*)$/.exec(name)
  if (parts === null) return undefined
  const [, pid, start = '', space = '', host = ''] = parts
  return { pid: Number(pid), start, space, host }
}

/** Whether its number means here what it meant to itself, so that this system knows of it. */
export const isNear = ({ host, space }: Holder): boolean =>
  host === hostName(hostname()) && space === ownSpace()

/** Of one that is near: whether it is still at work. */
export function isRunning({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Another user's process may not be asked.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = statOf(pid)
  // A killed process whose parent does not care keeps its number, as a zombie.
  return now.state !== 'Z' && (now.start === '' || now.start === start)
}

/** What Linux tells of a process. Its own start any system tells it; empty is what is not told. */
function statOf(pid: number): { state: string; start: string } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // From the third field on: the second is the program's name, which may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    const start = pid === process.pid ? performance.timeOrigin.toFixed() : ''
    return { state: '', start }
  }
}

function ownSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')
    const numbers = readlinkSync('/proc/self/ns/pid')
    return createHash('sha256').update(boot).update(numbers).digest('hex').slice(0, 12)
  } catch {
    return ''
  }
}

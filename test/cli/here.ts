import { expect, vi } from 'vitest'
import { run } from '../../ts/cli/program.js'
import { temporaryFolder } from '../folders.js'
import { parse, type Event } from './command.js'

/**
 * Runs the command within this process, in a folder of its own unless told: for what there is much
 * of, as a process takes ten times as long to start.
 */
export async function feedalignHere(args: readonly string[], cwd = temporaryFolder()) {
  const said = { stdout: '', stderr: '' }
  const hear = (stream: 'stdout' | 'stderr') => {
    return vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text)
      return true
    })
  }
  const hearLine = (name: 'log' | 'error', stream: 'stdout' | 'stderr') => {
    return vi.spyOn(console, name).mockImplementation((text) => {
      said[stream] += `${String(text)}\n`
    })
  }
  const ears = [
    hear('stdout'),
    hear('stderr'),
    hearLine('log', 'stdout'),
    hearLine('error', 'stderr'),
  ]
  const before = process.cwd()
  process.chdir(cwd)
  try {
    return { status: (await run(args)) ?? 0, ...said }
  } finally {
    process.chdir(before)
    for (const ear of ears) ear.mockRestore()
  }
}

/** Runs it within this process, expects success, and returns its events. */
export async function eventsHere(args: readonly string[], cwd?: string): Promise<Event[]> {
  const { status, stdout, stderr } = await feedalignHere([...args, '--json'], cwd)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return parse(stdout)
}

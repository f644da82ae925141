import { vi } from 'vitest'
import { run } from '../../ts/cli/program.js'
import { temporaryFolder } from '../folders.js'

/**
 * Runs the command within this process, in a folder of its own unless told: for what ends before
 * any work, and of which there is much, as a process takes ten times as long to start.
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

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { events, records, start } from './command.js'

/** Long enough to be met under way, short enough to wait for. */
const settings = ['--network', '784-128-10', '--epochs', '6', '--threads', '1']

/** The hash at the end of a run that nobody disturbed. */
function undisturbed(): string | undefined {
  return events(['train', ...settings, '--no-save']).at(-1)?.weightsSha256
}

/** Starts a run and ends it by a signal in its fourth epoch. */
async function stopped(signal: NodeJS.Signals) {
  const cwd = temporaryFolder()
  const run = start(['train', ...settings, '--json', '--out', 'run'], cwd)
  await run.until('"epoch":3,')
  run.child.kill(signal)
  return { folder: join(cwd, 'run'), cwd, ...(await run.end) }
}

/** Every epoch that the folder's metrics tell of. */
function epochs(folder: string): (number | undefined)[] {
  return records(folder, 'metrics.jsonl').map(({ epoch }) => epoch)
}

describe('train is stopped', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`by ${signal}: it saves, says how to go on, exits 130, and can go on`, async () => {
      const { folder, cwd, code, err } = await stopped(signal)
      expect(code).toBe(130)
      expect(err).toMatch(/^stopped in epoch \d; go on with: feedalign train --resume run\n$/)
      expect(existsSync(join(folder, 'checkpoint-last.bin'))).toBe(true)
      const resumed = events(['train', '--resume', 'run'], cwd)
      expect(resumed[0]?.resumedFrom?.epoch).toBeGreaterThanOrEqual(3)
      expect(resumed.at(-1)?.weightsSha256).toBe(undisturbed())
      expect(epochs(folder)).toEqual([0, 1, 2, 3, 4, 5, 6])
    })
  }

  test('by SIGKILL: it goes on from its last checkpoint to the same bits', async () => {
    const { folder, cwd, signal } = await stopped('SIGKILL')
    expect(signal).toBe('SIGKILL')
    const resumed = events(['train', '--out', 'run', '--resume'], cwd)
    expect(resumed[0]?.resumedFrom?.epoch).toBeGreaterThanOrEqual(2)
    expect(resumed.at(-1)?.weightsSha256).toBe(undisturbed())
    expect(epochs(folder)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})

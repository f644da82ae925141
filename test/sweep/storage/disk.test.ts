import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Journal } from '../../../ts/sweep/storage/journal.js'
import { journalFile, readEvents } from '../../../ts/sweep/storage/read.js'
import { built, child, kill, lines } from '../../children.js'
import { temporaryFolder } from '../../folders.js'
import { inOwnMounts, mounts } from '../../mounts.js'
import { result, sweepEvent } from './events.js'

/** Many on a machine with other work. */
const LONG = { timeout: 600_000 }
const KILLS = process.env['FEEDALIGN_LONG'] === undefined ? 5 : 50

/** What a process's script begins with: the journal's modules, and the events of this test. */
const head = `
  import { existsSync, readdirSync, readFileSync } from 'node:fs'
  import { Journal } from ${JSON.stringify(built('sweep/storage/journal.js'))}
  import { journalFile, readEvents } from ${JSON.stringify(built('sweep/storage/read.js'))}
  const sweep = ${JSON.stringify(sweepEvent())}
  const event = ${JSON.stringify(result(0))}
  const folder = process.argv[1]
  const say = (line) => console.log(line)
`

describe('a process that was killed', () => {
  /** Appends for ever, and tells of each event when it is written. */
  const script = `${head}
    const journal = existsSync(journalFile(folder))
      ? Journal.open(folder)
      : Journal.create(folder, sweep)
    const from = [...readEvents(folder)].length - 1
    for (let trial = from; ; trial++) {
      const curve = Array.from({ length: trial % 30 }, (_, epoch) => ({ epoch, trainLoss: 1 / 3 }))
      journal.append({ ...event, trial, curve })
      say(trial)
      // Not far ahead of who reads it.
      if (trial % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }`

  test(`at ${KILLS} random moments has lost nothing that it had written`, LONG, async () => {
    const folder = temporaryFolder()
    let told = -1
    for (let round = 0; round < KILLS; round++) {
      const writer = child(script, [folder])
      const most = told + randomInt(1, 200)
      for await (const line of lines(writer)) {
        told = Number(line)
        if (told >= most) break
      }
      await new Promise((resolve) => setTimeout(resolve, randomInt(10)))
      await kill(writer)
      const trials = [...readEvents(folder)]
        .slice(1)
        .map((event) => 'trial' in event && event.trial)
      expect(trials).toEqual(trials.map((_, trial) => trial))
      expect(trials.length).toBeGreaterThan(told)
      told = trials.length - 1
    }
    await Journal.open(folder).close()
  })

  test('kept others out as long as it lived, and lets the next one in', async () => {
    const folder = temporaryFolder()
    const writer = child(script, [folder])
    for await (const line of lines(writer)) if (line === '0') break
    const file = journalFile(folder)
    expect(() => Journal.open(folder)).toThrow(`${folder}: process ${writer.pid} on `)
    expect(() => Journal.create(folder, sweepEvent())).toThrow('is at work on this sweep')
    await kill(writer)
    const left = readFileSync(file)
    await Journal.open(folder).close()
    const kept = readFileSync(file)
    expect(left.subarray(0, kept.length)).toEqual(kept)
  })
})

describe.skipIf(!mounts)('a disk', () => {
  /** Goes on with a folder's journal, or begins one; then tells what is there. */
  const script = `${head}
    const much = Number(process.argv[2])
    const file = journalFile(folder)
    try {
      const journal = existsSync(file) ? Journal.open(folder) : Journal.create(folder, sweep)
      try {
        for (let trial = 0; trial < much; trial++) journal.append({ ...event, trial })
      } finally {
        await journal.close()
      }
    } catch (error) {
      say(error.name + ': ' + error.message)
    }
    const events = existsSync(file) ? [...readEvents(folder)] : []
    say(readdirSync(folder).join(' ') + ': ' + events.length)`

  /** What a shell's commands say of a disk that is mounted on "$folder"; `go` runs the script. */
  function said(commands: string): string[] {
    const go = '"$node" --input-type=module -e "$script" -- "$folder"'
    const shell = `node=$0 script=$1 folder=$2\ngo() { ${go} "$1"; }\n${commands}`
    const output = inOwnMounts(shell, [process.execPath, script, temporaryFolder()])
    return output.trimEnd().split('\n')
  }

  const full =
    /^FeedalignError: cannot write .*\/journal\.jsonl: no space left on device \(ENOSPC\); make room/

  test('that is full keeps what was written, and with more room it goes on', () => {
    const [error, kept = '', after] = said(`
      mount -t tmpfs -o size=64k none "$folder" && go 1000
      mount -o remount,size=1m "$folder" && go 5`)
    expect(error).toMatch(full)
    const events = Number(/^journal\.jsonl: (\d+)$/.exec(kept)?.[1])
    expect(events).toBeGreaterThan(100)
    expect(events).toBeLessThan(1000)
    expect(after).toBe(`journal.jsonl: ${events + 5}`)
  })

  test('that is full from the start gets no half journal', () => {
    const [error, kept, after] = said(`
      mount -t tmpfs -o size=64k none "$folder" && head -c 64k /dev/zero > "$folder/other" && go 5
      rm "$folder/other" && go 5`)
    expect(error).toMatch(full)
    expect(kept).toBe('other: 0')
    expect(after).toBe('journal.jsonl: 6')
  })

  test('that can only be read is read, and written no more', () => {
    const [first, refusal, kept] = said(`
      mount -t tmpfs none "$folder" && go 5
      mount -o remount,ro "$folder" && go 5`)
    expect(first).toBe('journal.jsonl: 6')
    expect(refusal).toMatch(/^FeedalignError: cannot write .*: read-only file system \(EROFS\)$/)
    expect(kept).toBe('journal.jsonl: 6')
  })

  test('that can only be read from the start is an error that names the folder', () => {
    const [refusal, kept] = said('mount -t tmpfs -o ro none "$folder" && go 5')
    expect(refusal).toMatch(/^FeedalignError: cannot write to .*read-only file system/)
    expect(kept).toBe(': 0')
  })
})

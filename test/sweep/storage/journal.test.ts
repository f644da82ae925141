import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { FeedalignError } from '../../../ts/errors.js'
import type { JournalEvent, SweepEvent } from '../../../ts/sweep/storage/events.js'
import { Journal } from '../../../ts/sweep/storage/journal.js'
import { MOST_BYTES, seal } from '../../../ts/sweep/storage/lines.js'
import { journalFile, readEvents } from '../../../ts/sweep/storage/read.js'
import { temporaryFolder } from '../../folders.js'
import { result, retry, story, sweepEvent, task } from './events.js'

/** Few enough that every byte of their lines can be tried. */
const few = story.slice(0, 8)

/** A folder with a journal of these events, the first of which is "sweep". */
async function written(events: readonly JournalEvent[] = story): Promise<string> {
  const folder = join(temporaryFolder(), 'sweep')
  const [first = sweepEvent(), ...rest] = events
  await using journal = Journal.create(folder, first as SweepEvent)
  for (const event of rest) journal.append(event)
  return folder
}

/** The one line that reading says; fails where it says none. */
function refusalOf(folder: string): string {
  try {
    Array.from(readEvents(folder))
  } catch (error) {
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).not.toContain('\n')
    return (error as Error).message
  }
  throw new Error('it was read')
}

describe('a journal', () => {
  test('is read as it was written, and nothing is left beside it', async () => {
    const folder = await written()
    expect([...readEvents(folder)]).toEqual(story)
    expect(readdirSync(folder)).toEqual(['journal.jsonl'])
  })

  test('is JSON, a line an event', async () => {
    const text = readFileSync(journalFile(await written()), 'utf8')
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as JournalEvent).event)).toEqual(
      story.map(({ event }) => event),
    )
  })

  test('can be read while it is written', () => {
    const folder = temporaryFolder()
    const journal = Journal.create(folder, sweepEvent())
    journal.append(task(0))
    expect([...readEvents(folder)]).toEqual([sweepEvent(), task(0)])
    return journal.close()
  })

  test('is gone on with where it ended', async () => {
    const folder = await written(story.slice(0, 5))
    for (const event of story.slice(5)) {
      await using journal = Journal.open(folder)
      journal.append(event)
    }
    expect([...readEvents(folder)]).toEqual(story)
  })

  test('is not begun twice in a folder', async () => {
    const folder = await written()
    const before = readFileSync(journalFile(folder))
    expect(() => Journal.create(folder, sweepEvent())).toThrow(
      `${folder} holds a sweep: go on with it by feedalign sweep resume`,
    )
    expect(readFileSync(journalFile(folder))).toEqual(before)
    await Journal.open(folder).close()
  })

  test('has one process that writes', async () => {
    const folder = await written()
    const journal = Journal.open(folder)
    const refusal = `process ${process.pid} on `
    expect(() => Journal.open(folder)).toThrow(refusal)
    expect(() => Journal.create(folder, sweepEvent())).toThrow(refusal)
    await journal.close()
    await journal.close()
    expect(() => {
      journal.append(retry(2))
    }).toThrow(/journal\.jsonl: it is closed$/)
    await Journal.open(folder).close()
  })

  test('is written no more once another process has taken the folder over', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const folder = await written()
    const journal = Journal.open(folder)
    const [lock = ''] = readdirSync(join(folder, 'lock'))
    rmSync(join(folder, 'lock', lock))
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    const refusal = /another process has taken the sweep over$/
    expect(() => {
      journal.append(retry(2))
    }).toThrow(refusal)
    await expect(journal.close()).rejects.toThrow(refusal)
    expect([...readEvents(folder)]).toEqual(story)
  })

  test('that is missing is an error that names the folder', () => {
    const folder = temporaryFolder()
    expect(refusalOf(folder)).toBe(`${folder} holds no sweep: there is no ${journalFile(folder)}`)
    expect(() => Journal.open(folder)).toThrow(`${folder} holds no sweep`)
    expect(readdirSync(folder)).toEqual([])
  })

  test('in a place where none can be is an error that names it', () => {
    expect(() => Journal.create('/proc/feedalign', sweepEvent())).toThrow(
      /^cannot write to \/proc\/feedalign/,
    )
    const folder = temporaryFolder()
    mkdirSync(`${journalFile(folder)}.part`)
    expect(() => Journal.create(folder, sweepEvent())).toThrow(/^cannot write .*journal\.jsonl: /)
  })
})

describe('an event', () => {
  const texts = fc.string({
    unit: fc.oneof(fc.constantFrom('\n', '"', '\\', '}', '\0'), fc.string()),
  })
  const figures = fc.double({ noNaN: true, noDefaultInfinity: true })
  const events = fc.array(
    fc.oneof(
      fc
        .record({ value: figures, seconds: figures, weightsSha256: texts })
        .map((found) => result(0, found)),
      fc
        .record({ a: fc.oneof(texts, figures, fc.boolean()) })
        .map((parameters) => task(0, 0, { parameters })),
    ),
  )

  test('may hold any text and any finite number', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (some) => {
        const folder = await written([sweepEvent(), ...some])
        expect([...readEvents(folder)]).toEqual(JSON.parse(JSON.stringify([sweepEvent(), ...some])))
      }),
      { numRuns: 50 },
    )
  })

  test('may be longer than the piece of a file that is read at once', async () => {
    const curve = Array.from({ length: 20_000 }, (_, epoch) => ({ epoch, trainLoss: 1 / 3 }))
    const some = [sweepEvent(), result(0, { curve }), result(1), result(2, { curve })]
    expect([...readEvents(await written(some))]).toEqual(some)
  })

  test('leaves out the figures of a curve that are not finite', async () => {
    const curve = [{ epoch: 1, trainLoss: Infinity, trainError: NaN, validationError: 0.9 }]
    const folder = await written([sweepEvent(), result(0, { curve })])
    const kept = result(0, { curve: [{ epoch: 1, validationError: 0.9 }] })
    expect([...readEvents(folder)]).toEqual([sweepEvent(), kept])
  })

  test.each([
    [result(0, { value: Infinity }), 'value: '],
    [result(-1), 'trial: -1 is not a whole number from 0'],
    [{ event: 'other' } as unknown as JournalEvent, 'event: '],
    [{ ...retry(1), more: 1 } as unknown as JournalEvent, 'more: '],
    [result(0, { error: 'x'.repeat(MOST_BYTES) }), 'characters: too many'],
  ])('that could not be read again is not written', async (event, message) => {
    const folder = await written()
    await using journal = Journal.open(folder)
    expect(() => {
      journal.append(event)
    }).toThrow(message)
    journal.append(retry(2))
    expect([...readEvents(folder)]).toEqual([...story, retry(2)])
  })
})

describe('a journal cut short', () => {
  test('anywhere has the events whose lines are whole', async () => {
    const folder = await written(few)
    const bytes = readFileSync(journalFile(folder))
    for (let cut = bytes.indexOf('\n') + 1; cut < bytes.length; cut++) {
      writeFileSync(journalFile(folder), bytes.subarray(0, cut))
      const whole = bytes.toString('latin1', 0, cut).split('\n').length - 1
      const read = [...readEvents(folder)]
      expect(read).toHaveLength(whole)
      expect(read.at(-1)).toEqual(few[whole - 1])
    }
  })

  test('is gone on with after its last whole line', async () => {
    const folder = await written()
    const bytes = readFileSync(journalFile(folder))
    const least = bytes.indexOf('\n') + 1
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: least, max: bytes.length }), async (cut) => {
        writeFileSync(journalFile(folder), bytes.subarray(0, cut))
        const whole = bytes.toString('latin1', 0, cut).split('\n').length - 1
        {
          await using journal = Journal.open(folder)
          journal.append(retry(5))
        }
        expect([...readEvents(folder)]).toEqual([...story.slice(0, whole), retry(5)])
      }),
      { numRuns: 100 },
    )
  })

  test('within its first line is an error', async () => {
    const folder = await written()
    const bytes = readFileSync(journalFile(folder))
    for (const cut of [0, 1, bytes.indexOf('\n')]) {
      writeFileSync(journalFile(folder), bytes.subarray(0, cut))
      const refusal = `${journalFile(folder)} has no whole line: begin the sweep in another folder`
      expect(refusalOf(folder)).toBe(refusal)
      expect(() => Journal.open(folder)).toThrow(refusal)
      expect(readFileSync(journalFile(folder))).toEqual(bytes.subarray(0, cut))
    }
  })
})

describe('a damaged line', () => {
  /** Expects the line to be named, by reading and opening, and the file to stay as it is. */
  function expectNamed(folder: string, bytes: Buffer, line: number, offset: number): string {
    const file = journalFile(folder)
    writeFileSync(file, bytes)
    const refusal = refusalOf(folder)
    expect(refusal).toContain(`${file}: line ${line}, at byte ${offset}, is damaged: `)
    return refusal
  }

  test('is named, whichever byte of it differs', async () => {
    const folder = await written(few)
    const bytes = readFileSync(journalFile(folder))
    let [line, offset] = [1, 0]
    for (let at = 0; line < few.length; at++) {
      // The last makes it the end of a line.
      for (const mask of [1, (bytes[at] ?? 0) ^ 10].filter((one) => one > 0)) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ mask
        expectNamed(folder, damaged, line, offset)
      }
      if (bytes[at] === 10) [line, offset] = [line + 1, at + 1]
    }
  })

  test('keeps the journal from being written to, and tells how to give it up', async () => {
    const folder = await written()
    const file = journalFile(folder)
    const bytes = readFileSync(file)
    const lines = bytes.toString().split('\n')
    const offset = lines.slice(0, 4).join('\n').length + 1
    const damaged = Buffer.from(bytes.toString().replace('"trial":0', '"trial":9'))
    expect(expectNamed(folder, damaged, 5, offset)).toMatch(
      new RegExp(
        `its checksum is [0-9a-f]{8}, that of its text [0-9a-f]{8}; restore it, ` +
          `or give up this line and all after it: truncate -s ${offset} '`,
      ),
    )
    expect(() => Journal.open(folder)).toThrow(`line 5, at byte ${offset}, is damaged`)
    expect(readFileSync(file)).toEqual(damaged)
    expect(readdirSync(folder)).toEqual(['journal.jsonl'])
    truncateSync(file, offset)
    await Journal.open(folder).close()
    expect([...readEvents(folder)]).toEqual(story.slice(0, 4))
  })

  test('is also one that is missing, doubled or moved', async () => {
    const folder = await written()
    const lines = readFileSync(journalFile(folder), 'utf8').split(/(?<=\n)/)
    const first = lines.slice(0, 3)
    const changes = [
      [...first, ...lines.slice(4)],
      [...first, ...lines.slice(2)],
      [...first, lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)],
    ]
    for (const changed of changes) {
      expectNamed(folder, Buffer.from(changed.join('')), 4, first.join('').length)
    }
  })

  test('is any that no journal wrote', async () => {
    const folder = await written()
    const bytes = readFileSync(journalFile(folder))
    const put = (text: string): Buffer => Buffer.concat([bytes, Buffer.from(`${text}\n`)])
    const line = story.length + 1
    const refused = expectNamed(folder, put('{"event":"retry","trial":1}'), line, bytes.length)
    expect(refused).toContain('it does not end with a checksum')
    const endless = expectNamed(folder, put('x'.repeat(3 * MOST_BYTES)), line, bytes.length)
    expect(endless).toContain(`it has more than ${MOST_BYTES} bytes`)
  })

  test.each([
    [{ event: 'later', time: 1 }, 'event: '],
    [{ ...retry(1), trial: 'one' }, 'trial: "one" is not a whole number from 0'],
  ])('is one of another version: %o', async (event, message) => {
    const folder = await written([sweepEvent()])
    const bytes = readFileSync(journalFile(folder))
    const sum = Number.parseInt(/"crc":"(\w{8})"\}\n$/.exec(bytes.toString())?.[1] ?? '', 16)
    const foreign = seal(JSON.stringify(event), sum).bytes
    const refusal = expectNamed(folder, Buffer.concat([bytes, foreign]), 2, bytes.length)
    expect(refusal).toContain(message)
  })

  test.each([
    [{ ...sweepEvent(), form: 2 }, 'form: the journal is of form 2, this feedalign reads 1'],
    [retry(1), 'a journal begins with event "sweep"'],
  ])('is a first one of something else: %o', (event, message) => {
    const folder = temporaryFolder()
    const refusal = expectNamed(folder, seal(JSON.stringify(event), 0).bytes, 1, 0)
    expect(refusal).toContain(message)
    expect(refusal).toMatch(/begin the sweep in another folder$/)
  })
})

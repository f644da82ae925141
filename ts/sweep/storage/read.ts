import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FeedalignError } from '../../errors.js'
import type { JournalEvent } from './events.js'
import { parseEvent } from './eventSchema.js'
import { damaged, readLines } from './lines.js'

export const journalFile = (folder: string): string => join(folder, 'journal.jsonl')

/**
 * The events of the sweep in a folder, in the order of what happened, `sweep` first. The journal is
 * read piece by piece, and may be written meanwhile; a last line that is not whole is left out.
 * Throws `FeedalignError` where there is none, or with the first line that is damaged or is no
 * event's, its number and its place.
 */
export function* readEvents(folder: string): Generator<JournalEvent, void, undefined> {
  const file = journalFile(folder)
  if (!existsSync(file)) throw new FeedalignError(`${folder} holds no sweep: there is no ${file}`)
  for (const { json, number, offset } of readLines(file)) {
    const fail = (what: string): never => {
      throw new FeedalignError(damaged(file, number, offset, what))
    }
    const event = parseEvent(parseJson(json) ?? fail('it is no JSON'))
    if (typeof event === 'string') return fail(event)
    if (number === 1 && event.event !== 'sweep') return fail('a journal begins with event "sweep"')
    yield event
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

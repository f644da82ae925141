import type { ResultEvent } from './events.js'
import { readEvents } from './read.js'

/** A stretch of a trial's learning curve. */
export type CurvePiece = Pick<ResultEvent, 'trial' | 'to' | 'curve'>

/**
 * The learning curves of a folder's sweep, job by job as they ended, one in memory at a time. Of a
 * trial that failed and was done again, a later piece has the epochs of an earlier one anew. Throws
 * `FeedalignError` as {@link readEvents} does.
 */
export function* readCurves(folder: string): Generator<CurvePiece, void, undefined> {
  for (const event of readEvents(folder)) {
    if (event.event !== 'result') continue
    const { trial, to, curve } = event
    yield { trial, to, curve }
  }
}

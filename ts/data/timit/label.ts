import { FeedalignError } from '../../errors.js'
import { parsePhn, type Segment } from '../audio/phn.js'
import { frameCentre, type Framing } from '../features/frames.js'
import { readWhole } from '../files.js'
import type { Utterance } from './corpus.js'
import { classOf } from './phones.js'

export interface Transcribed extends Utterance {
  readonly segments: readonly Segment[]
}

/** Labelled frames. */
export interface Frames {
  /** Their rows among the frames of all utterances. */
  readonly rows: Uint32Array
  readonly labels: Uint32Array
  /** The number of each one's speaker, in the order of the utterances. */
  readonly speakers: Uint32Array
}

/** The segments of a `.phn` file; throws `FeedalignError` also at a label that TIMIT has not. */
export async function readSegments(file: string): Promise<Segment[]> {
  const segments = parsePhn(await readWhole(file), file)
  const line = segments.findIndex(({ label }) => !classOf.has(label))
  if (line < 0) return segments
  const found = JSON.stringify(segments[line]?.label)
  throw new FeedalignError(`${file}: line ${line + 1}: ${found} is none of TIMIT's 61 phones`)
}

/**
 * The frames of the utterances of a part that have a class. `counts` are the frames of each
 * utterance, of whatever part.
 */
export function framesOf(
  utterances: readonly Transcribed[],
  part: Utterance['part'],
  counts: Uint32Array,
  framing: Framing,
): Frames {
  const names = [...new Set(utterances.map(({ speaker }) => speaker))]
  const numbers = new Map(names.map((name, number) => [name, number]))
  const found: { row: number; label: number; speaker: number }[] = []
  let start = 0
  for (const [index, utterance] of utterances.entries()) {
    const count = counts[index] ?? 0
    const speaker = numbers.get(utterance.speaker) ?? 0
    const labels = utterance.part === part ? labelFrames(utterance.segments, count, framing) : []
    for (const [frame, label] of labels.entries()) {
      if (label !== undefined) found.push({ row: start + frame, label, speaker })
    }
    start += count
  }
  return {
    rows: Uint32Array.from(found, ({ row }) => row),
    labels: Uint32Array.from(found, ({ label }) => label),
    speakers: Uint32Array.from(found, ({ speaker }) => speaker),
  }
}

/** The class of the phone at the centre of each of `count` frames; undefined where it has none. */
export function labelFrames(
  segments: readonly Segment[],
  count: number,
  framing: Framing,
): (number | undefined)[] {
  let at = 0
  return Array.from({ length: count }, (_, frame) => {
    const centre = frameCentre(frame, framing)
    while ((segments[at + 1]?.begin ?? Infinity) <= centre) at++
    const segment = segments[at]
    const within = segment !== undefined && segment.begin <= centre && centre < segment.end
    return within ? classOf.get(segment.label) : undefined
  })
}

import { UsageError } from '../../errors.js'
import { dataset, type Examples } from '../examples.js'
import { fitColumns, standardise } from '../features/standardise.js'
import type { Frames } from './label.js'
import { CLASSES } from './phones.js'

/** `wanted` of the frames, as evenly apart as can be; all where 0. */
export function thinned(frames: Frames, wanted: number, option: string): Frames {
  const count = frames.rows.length
  if (wanted > count) {
    throw new UsageError(`${option}: ${wanted} is more than the ${count} there are`)
  }
  if (wanted === 0) return frames
  const chosen = Uint32Array.from({ length: wanted }, (_, i) => Math.floor((i * count) / wanted))
  const of = (values: Uint32Array): Uint32Array => chosen.map((frame) => values[frame] ?? 0)
  return { rows: of(frames.rows), labels: of(frames.labels), speakers: of(frames.speakers) }
}

export type Normalise = 'global' | 'speaker' | 'none'

/**
 * Examples to train and to test on from the rows of `values` [n × width]. Under `global` both are
 * standardised on what training frames are like; under `speaker` each speaker's frames on their
 * own, which of a tested speaker uses no label and moves no training input.
 */
export function examplesOf(
  values: Float32Array,
  width: number,
  parts: { readonly train: Frames; readonly test: Frames },
  normalise: Normalise,
): { readonly train: Examples; readonly test: Examples } {
  const [train, test] = [gathered(values, width, parts.train), gathered(values, width, parts.test)]
  if (normalise === 'global') {
    const fitted = fitColumns(train, width, everyRow(parts.train))
    standardise(train, width, everyRow(parts.train), fitted)
    standardise(test, width, everyRow(parts.test), fitted)
  } else if (normalise === 'speaker') {
    for (const [inputs, { speakers }] of [
      [train, parts.train],
      [test, parts.test],
    ] as const) {
      for (const rows of rowsBySpeaker(speakers)) {
        standardise(inputs, width, rows, fitColumns(inputs, width, rows))
      }
    }
  }
  const examples = (inputs: Float32Array, { labels, speakers }: Frames): Examples =>
    dataset({ inputs, shape: [width], targets: labels, classes: CLASSES, groups: speakers })
  return { train: examples(train, parts.train), test: examples(test, parts.test) }
}

function gathered(values: Float32Array, width: number, { rows }: Frames): Float32Array {
  const inputs = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    inputs.set(values.subarray(row * width, (row + 1) * width), i * width)
  })
  return inputs
}

const everyRow = ({ rows }: Frames): Uint32Array => Uint32Array.from(rows.keys())

function rowsBySpeaker(speakers: Uint32Array): Uint32Array[] {
  const rows = new Map<number, number[]>()
  for (const [row, speaker] of speakers.entries()) {
    const known = rows.get(speaker)
    if (known === undefined) rows.set(speaker, [row])
    else known.push(row)
  }
  return [...rows.values()].map((list) => Uint32Array.from(list))
}

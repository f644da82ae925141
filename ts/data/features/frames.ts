import type { FeatureOptions } from './options.js'

/** Frames over a signal, in samples; frame i starts at i · hop. */
export interface Framing {
  readonly window: number
  readonly hop: number
}

/** Rounded to whole samples, one at least. */
export function framing(
  rate: number,
  { windowMs, hopMs }: Pick<FeatureOptions, 'windowMs' | 'hopMs'>,
): Framing {
  const samples = (ms: number): number => Math.max(1, Math.round((rate * ms) / 1000))
  return { window: samples(windowMs), hop: samples(hopMs) }
}

/** A frame is wherever its whole window fits. */
export function frameCount(samples: number, { window, hop }: Framing): number {
  return samples < window ? 0 : 1 + Math.floor((samples - window) / hop)
}

/** The sample that a frame's label is taken at. */
export function frameCentre(frame: number, { window, hop }: Framing): number {
  return frame * hop + Math.floor(window / 2)
}

/** The symmetric Hamming window. */
export function hamming(length: number): Float64Array {
  const step = (2 * Math.PI) / Math.max(1, length - 1)
  return Float64Array.from({ length }, (_, i) => 0.54 - 0.46 * Math.cos(step * i))
}

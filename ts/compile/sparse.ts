import type { Stream, Tensor } from '../engine/program.js'

/** Which senders each panel of 16 receivers keeps. */
export interface Lists {
  /** The share of them, above 0; all (1) unless told. */
  readonly density?: number | undefined
  /** How many there are to choose from. */
  readonly senders: number
  readonly stream: Stream
  readonly index: number
}

/**
 * A drawn matrix, or what a density leaves of it: of the senders, at least one to each panel of 16
 * receivers. Elements grow by 1 / √share, so that sums over them keep their variance.
 */
export function thinned(whole: Tensor, { density = 1, senders, stream, index }: Lists): Tensor {
  const { init } = whole
  if (density === 1 || init.kind !== 'uniform') return whole
  const share = Math.max(1, Math.round(Math.fround(density) * senders)) / senders
  const structure = { kind: 'panelDrawn', density, stream, index } as const
  return { ...whole, structure, init: { ...init, range: init.range / Math.sqrt(share) } }
}

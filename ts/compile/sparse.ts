import type { Init, Stream, Structure, Tensor } from '../engine/program.js'

/** Which senders receivers keep: all of a panel of 16 the same ones, or each its own. */
export interface Lists {
  readonly kind: Extract<Structure['kind'], 'panelDrawn' | 'elementDrawn'>
  /** The share of them, above 0; all (1) unless told. */
  readonly density?: number | undefined
  /** How many there are to choose from. */
  readonly senders: number
  readonly stream: Stream
  readonly index: number
}

/**
 * A drawn matrix, or what a density leaves of it: of the senders, at least one to each receiver.
 * Elements grow by 1 / √share, so that sums over them keep their variance.
 */
export function thinned(whole: Tensor, lists: Lists): Tensor {
  const { kind, density = 1, senders, stream, index } = lists
  if (density === 1) return whole
  const share = Math.max(1, Math.round(Math.fround(density) * senders)) / senders
  const structure: Structure = { kind, density, stream, index }
  return { ...whole, structure, init: grown(whole.init, 1 / Math.sqrt(share)) }
}

/** The same draws, larger. */
function grown(init: Init, factor: number): Init {
  if (init.kind === 'uniform') return { ...init, range: init.range * factor }
  if (init.kind === 'normal') return { ...init, deviation: init.deviation * factor }
  return init
}

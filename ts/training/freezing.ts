import { UsageError } from '../errors.js'

/** Holds a block's weights, biases and all that its optimizer remembers, during some epochs. */
export interface Freeze {
  /** From the input side, from 0. */
  readonly block: number
  /**
   * The first and the last such epoch, counted from 1 as events do; `Infinity` for the run's end.
   */
  readonly first: number
  readonly last: number
}

const NOTATION = 'BLOCK, BLOCK:EPOCH, BLOCK:FIRST-LAST or BLOCK:FIRST-, separated by commas'

/**
 * `1` for all epochs, `1:3` for the third, `1:2-4`, `1:5-` from the fifth on; with commas several.
 */
export function parseFreeze(text: string): Freeze[] {
  return text.split(',').map((part) => {
    const [, block, first, dash, last] = /^(\d+)(?::(\d+)(?:(-)(\d*))?)?$/.exec(part.trim()) ?? []
    const until = dash === undefined ? (first ?? Infinity) : last === '' ? Infinity : last
    const freeze = { block: Number(block), first: Number(first ?? 1), last: Number(until) }
    if (block !== undefined && freeze.first >= 1 && freeze.last >= freeze.first) return freeze
    throw new UsageError(`${JSON.stringify(part)} is not ${NOTATION}, with epochs from 1`)
  })
}

/** Throws `UsageError` where the network has no such block, or the epochs are none. */
export function checkFreeze(freeze: readonly Freeze[], blocks: number): void {
  for (const { block, first, last } of freeze) {
    if (!Number.isInteger(block) || block < 0 || block >= blocks) {
      throw new UsageError(`freeze names block ${block}; the network has blocks 0 to ${blocks - 1}`)
    }
    if (!(first >= 1 && last >= first)) {
      throw new UsageError(`freeze names epochs ${first} to ${last}, which count from 1`)
    }
  }
}

/** Whether a block is held in an epoch, counted from 1. */
export function isHeld(freeze: readonly Freeze[], block: number, epoch: number): boolean {
  return freeze.some((one) => one.block === block && one.first <= epoch && epoch <= one.last)
}

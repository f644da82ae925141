/** The knob that is the number of whole epochs before the one at hand. */
export const EPOCH_KNOB = 'epoch'

/** The knob that is 0 while a block is held, else 1. */
export const learnsKnob = (block: number): string => `blocks.${block}.learns`

/** The block of such a knob, by its name. */
export function blockOfKnob(name: string): number | undefined {
  const block = /^blocks\.(\d+)\.learns$/.exec(name)?.[1]
  return block === undefined ? undefined : Number(block)
}

/** The knob that is 1 at every so many steps of a run, from the first on, else 0. */
export const everyKnob = (steps: number): string => `every.${steps}`

/** From how many steps to how many such a knob goes, by its name. */
export function stepsOfKnob(name: string): number | undefined {
  const steps = /^every\.(\d+)$/.exec(name)?.[1]
  return steps === undefined ? undefined : Number(steps)
}

/** The names of tensors, in one place. */
export const names = {
  weight: (block: number): string => `blocks.${block}.weight`,
  bias: (block: number): string => `blocks.${block}.bias`,
  feedback: (block: number): string => `blocks.${block}.feedback`,
  /** The two factors of a feedback matrix of low rank, and what the right one makes of a delta. */
  feedbackLeft: (block: number): string => `blocks.${block}.feedback.left`,
  feedbackRight: (block: number): string => `blocks.${block}.feedback.right`,
  carried: (block: number): string => `blocks.${block}.carried`,
  direct: (block: number): string => `blocks.${block}.direct`,
  /** What copies signs of a weight onto magnitudes that stay. */
  magnitude: (block: number): string => `blocks.${block}.feedback.magnitude`,
  decoder: (block: number): string => `blocks.${block}.decoder.weight`,
  decoderBias: (block: number): string => `blocks.${block}.decoder.bias`,
  inputDirect: 'input.direct',
  scores: 'scores',
  /** In the probe: backpropagation's delta, W⁺ transposed, the delta that pseudoinverses carry. */
  chain: (block: number): string => `blocks.${block}.chain`,
  inverse: (block: number): string => `blocks.${block}.inverse`,
  solved: (block: number): string => `blocks.${block}.solved`,
  /** There too: the update that a rule asks for, the gradient, sums of a unit's activity. */
  asked: (block: number): string => `blocks.${block}.asked`,
  gradient: (block: number): string => `blocks.${block}.gradient`,
  activity: (block: number): string => `blocks.${block}.activity`,
  targets: 'targets',
} as const

/** The names of what a pass leaves behind; those of the first pass have no prefix. */
export const passNames = (pass: string) => {
  const prefix = pass === '' ? '' : `${pass}.`
  return {
    input: `${prefix}input`,
    /** Output of a block's linear map, where no activation is fused into it. */
    linear: (block: number): string => `${prefix}blocks.${block}.linear`,
    /** After a part of a block, but the last. */
    part: (block: number, part: number): string => `${prefix}blocks.${block}.parts.${part}`,
    saved: (block: number, part: number): string => `${prefix}blocks.${block}.saved.${part}`,
    output: (block: number): string => `${prefix}blocks.${block}.output`,
    noise: (block: number): string => `${prefix}blocks.${block}.noise`,
    normalised: (block: number): string => `${prefix}blocks.${block}.normalised`,
    blockDelta: (block: number): string => `${prefix}blocks.${block}.delta`,
    prediction: `${prefix}prediction`,
    error: `${prefix}output.error`,
    delta: `${prefix}output.delta`,
    target: `${prefix}output.target`,
    loss: `${prefix}output.loss`,
    metrics: [`${prefix}loss`, `${prefix}errors`],
  } as const
}

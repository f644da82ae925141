/** The names of tensors, in one place. */
export const names = {
  input: 'input',
  targets: 'targets',
  weight: (block: number): string => `blocks.${block}.weight`,
  bias: (block: number): string => `blocks.${block}.bias`,
  feedback: (block: number): string => `blocks.${block}.feedback`,
  /** The two factors of a feedback matrix of low rank, and what the right one makes of a delta. */
  feedbackLeft: (block: number): string => `blocks.${block}.feedback.left`,
  feedbackRight: (block: number): string => `blocks.${block}.feedback.right`,
  carried: (block: number): string => `blocks.${block}.carried`,
  direct: (block: number): string => `blocks.${block}.direct`,
  output: (block: number): string => `blocks.${block}.output`,
  delta: (block: number): string => `blocks.${block}.delta`,
  /** Backpropagation's delta, in the probe. */
  chain: (block: number): string => `blocks.${block}.chain`,
  velocity: (block: number): string => `blocks.${block}.velocity`,
  biasVelocity: (block: number): string => `blocks.${block}.biasVelocity`,
  prediction: 'prediction',
  outputError: 'output.error',
} as const

import type { Precision } from '../engine/program.js'
import type { BlockDiagnostics } from './diagnostics.js'

/** What a run tells, in order: `start`, then per epoch `progress` and `epoch`, then one end. */
export type TrainingEvent = StartEvent | ProgressEvent | EpochEvent | DoneEvent | InterruptedEvent

export interface StartEvent {
  readonly event: 'start'
  readonly rule: string
  /** Short form, as `784-1500-10`. */
  readonly network: string
  readonly parameters: number
  readonly threads: number
  readonly kernel: string
  readonly engine: 'native' | 'wasm'
  readonly precision: Precision
  readonly batch: number
  readonly epochs: number
  readonly seed: number
  readonly learningRate: number
  readonly weightScale: number
  /** Examples. */
  readonly train: number
  readonly validation: number
  readonly test: number
  /** The epoch and step that a resumed run goes on from. */
  readonly resumedFrom?: { readonly epoch: number; readonly step: number }
}

export interface ProgressEvent {
  readonly event: 'progress'
  /** From 1. */
  readonly epoch: number
  /** Steps of this epoch done, of `steps`. */
  readonly step: number
  readonly steps: number
  /** Mean loss of the epoch so far. */
  readonly trainLoss: number
  readonly samplesPerSecond: number
  /** Seconds to the end of the run. */
  readonly etaSeconds: number
}

export interface EpochEvent {
  readonly event: 'epoch'
  /** 0 before training, then from 1. */
  readonly epoch: number
  /** Mean over the epoch's examples, each with the weights it met; null at epoch 0. */
  readonly trainLoss: number | null
  readonly trainError: number | null
  /** Fractions; at epoch 0, where they are chance's, of the first 1,000 examples at most. */
  readonly validationError?: number
  readonly testError?: number
  /** `signalAngle` of the hidden blocks, from the input side. */
  readonly angles: readonly (number | null)[]
  /** From the input side; of the first 1,000 validation examples, else of those trained on. */
  readonly blocks: readonly BlockDiagnostics[]
  /** Of training, since the start of this process, without evaluation. */
  readonly seconds: number
  readonly samplesPerSecond: number
}

export interface DoneEvent {
  readonly event: 'done'
  readonly testError?: number
  readonly validationError?: number
  readonly epochs: number
  readonly seconds: number
  readonly weightsSha256: string
  /** The run folder, where there is one. */
  readonly out?: string
}

export interface InterruptedEvent {
  readonly event: 'interrupted'
  /** Whole epochs done, and steps of the next one. */
  readonly epoch: number
  readonly step: number
}

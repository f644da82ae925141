import { anglesText, duration, percent } from '../report/format.js'
import type { EpochEvent, ProgressEvent, TrainingEvent } from '../training/events.js'
import { liveLine } from './liveLine.js'

/** The work that a run is a part of. */
export interface Whole {
  /** Which part the run is. */
  readonly label: string
  /** To the end of the whole. */
  readonly etaSeconds: number
}

type Print = (event: TrainingEvent, whole?: Whole) => void

/** Prints a run's events: JSON lines on standard output, or progress on standard error. */
export function printer(options: { json?: boolean; quiet?: boolean }): Print {
  if (options.json === true) {
    return (event) => {
      if (event.event !== 'progress') console.log(JSON.stringify(event))
    }
  }
  return options.quiet === true ? () => undefined : live()
}

/** A line that is overwritten on a terminal; elsewhere plain lines, an epoch's and some between. */
function live(): Print {
  const { passing, line, end } = liveLine()
  let etaSeconds: number | undefined
  return (event, whole) => {
    if (event.event === 'progress') {
      etaSeconds = whole?.etaSeconds ?? event.etaSeconds
      passing(progressLine(event, whole))
    } else if (event.event === 'epoch') line(epochLine(event, whole, etaSeconds))
    else end()
  }
}

function progressLine(event: ProgressEvent, whole?: Whole): string {
  const { epoch, step, steps, trainLoss, samplesPerSecond, etaSeconds } = event
  const parts = [
    whole?.label ?? '',
    `epoch ${epoch}`,
    `step ${step}/${steps}`,
    `loss ${trainLoss.toFixed(3)}`,
    `${samplesPerSecond.toFixed(0)} samples/s`,
    `ETA ${duration(whole?.etaSeconds ?? etaSeconds)}`,
  ]
  return parts.filter((text) => text !== '').join('  ')
}

function epochLine(event: EpochEvent, whole?: Whole, etaSeconds?: number): string {
  const parts = [
    whole?.label ?? '',
    `epoch ${event.epoch}`,
    event.trainLoss === null ? '' : `loss ${event.trainLoss.toFixed(4)}`,
    part('validation', event.validationError),
    part('test', event.testError),
    `angles ${anglesText(event.angles)}`,
    event.seconds > 0 ? `${event.samplesPerSecond.toFixed(0)} samples/s` : '',
    etaSeconds === undefined ? '' : `ETA ${duration(etaSeconds)}`,
  ]
  return parts.filter((text) => text !== '').join('  ')
}

function part(name: string, error: number | undefined): string {
  return error === undefined ? '' : `${name} ${percent(error)}`
}

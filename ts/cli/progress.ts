import type { EpochEvent, ProgressEvent, TrainingEvent } from '../training/events.js'

/** Prints a run's events: JSON lines on standard output, or progress on standard error. */
export function printer(options: { json?: boolean; quiet?: boolean }): (e: TrainingEvent) => void {
  if (options.json === true) {
    return (event) => {
      if (event.event !== 'progress') console.log(JSON.stringify(event))
    }
  }
  return options.quiet === true ? () => undefined : live()
}

/** A line that is overwritten on a terminal; plain lines, one an epoch, elsewhere. */
function live(): (event: TrainingEvent) => void {
  const terminal = process.stderr.isTTY
  const clear = terminal ? '\r\x1b[K' : ''
  return (event) => {
    if (event.event === 'progress' && terminal) process.stderr.write(clear + progressLine(event))
    if (event.event === 'epoch') process.stderr.write(`${clear}${epochLine(event)}\n`)
  }
}

function progressLine(event: ProgressEvent): string {
  const { epoch, step, steps, trainLoss, samplesPerSecond, etaSeconds } = event
  const rate = `${samplesPerSecond.toFixed(0)} samples/s`
  return `epoch ${epoch}  step ${step}/${steps}  loss ${trainLoss.toFixed(3)}  ${rate}  ETA ${duration(etaSeconds)}`
}

function epochLine(event: EpochEvent): string {
  const parts = [
    `epoch ${event.epoch}`,
    event.trainLoss === null ? '' : `loss ${event.trainLoss.toFixed(4)}`,
    part('validation', event.validationError),
    part('test', event.testError),
    `angles ${anglesText(event.angles)}`,
    event.seconds > 0 ? `${event.samplesPerSecond.toFixed(0)} samples/s` : '',
  ]
  return parts.filter((text) => text !== '').join('  ')
}

function part(name: string, error: number | undefined): string {
  return error === undefined ? '' : `${name} ${percent(error)}`
}

/** A fraction in per cent. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`
}

/** Degrees from the input side up. */
export function anglesText(angles: readonly (number | null)[]): string {
  return angles.map((angle) => (angle === null ? '–' : `${angle.toFixed(0)}°`)).join(' ')
}

/** Seconds as 1:02:03 or 2:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

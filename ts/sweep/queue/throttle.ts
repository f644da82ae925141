import type { TrainingEvent } from '../../training/events.js'
import type { Told } from './messages.js'

/** Between two messages of a job. */
const MILLISECONDS = 500

/** Sends the newest `progress` and `epoch` of a job, so often at most. */
export function throttle(send: (told: Told) => void): (event: TrainingEvent) => void {
  let told: Told = {}
  let sent = -Infinity
  return (event) => {
    if (event.event === 'progress') told = { ...told, progress: event }
    else if (event.event === 'epoch') told = { epoch: event }
    else return
    if (performance.now() - sent < MILLISECONDS) return
    send(told)
    told = {}
    sent = performance.now()
  }
}

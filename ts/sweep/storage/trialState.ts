import type { InterruptedEvent, ResultEvent, RetryEvent, StartEvent, TaskEvent } from './events.js'

/**
 * `queued`: to be begun or gone on with; `running`; `completed`: trained in full; `pruned`: ended
 * before, and nothing asks for more of it, so far; `failed`, with an error; `interrupted`: stopped
 * or killed, and to be gone on with.
 */
export const states = ['queued', 'running', 'completed', 'pruned', 'failed', 'interrupted'] as const
export type State = (typeof states)[number]

interface Done {
  readonly metric: number | null
  readonly epochs: number
  readonly weightsSha256: string | null
}

/** What a journal tells of one trial, kept small: there may be many. */
export class TrialState {
  #at: 'queued' | 'running' | 'interrupted' | 'ended' = 'queued'
  /** Whether the last task takes it to the end. */
  #last = false
  /** The epoch by which its last result is known; undefined where that counts no more. */
  #to: number | undefined
  #done: Done = { metric: null, epochs: 0, weightsSha256: null }
  #failed: { readonly error: string; readonly epochs: number } | undefined
  #seconds = 0

  /** A task wants it trained, or trained on. */
  queue({ last }: TaskEvent): void {
    this.#at = 'queued'
    this.#last = last
  }

  take(event: StartEvent | ResultEvent | InterruptedEvent | RetryEvent): void {
    if (event.event === 'start') this.#at = 'running'
    else if (event.event === 'interrupted') this.#at = 'interrupted'
    else if (event.event === 'result') this.#end(event)
    else if (this.#failed !== undefined) {
      this.#at = 'queued'
      this.#failed = undefined
      this.#to = undefined
    }
  }

  /** The session that had it at work is over. */
  halt(): void {
    if (this.#at === 'running') this.#at = 'interrupted'
  }

  state(): State {
    if (this.#at !== 'ended') return this.#at
    if (this.#failed !== undefined) return 'failed'
    return this.#last ? 'completed' : 'pruned'
  }

  /** As tables have them. */
  figures() {
    const done = { ...this.#done, seconds: this.#seconds }
    return { ...done, ...(this.#failed && { metric: null, weightsSha256: null, ...this.#failed }) }
  }

  /** A job's first result counts. */
  #end(result: ResultEvent): void {
    const { to, value, error = 'failed', epochs, seconds, weightsSha256 } = result
    if (to === this.#to) return
    this.#at = 'ended'
    this.#to = to
    this.#seconds += seconds
    if (value === null) this.#failed = { error, epochs }
    else this.#done = { metric: value, epochs, weightsSha256 }
  }
}

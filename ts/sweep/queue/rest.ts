import type { Worker } from 'bullmq'

const SHORTEST = 1000
const LONGEST = 30_000

/** Keeps a worker from taking jobs that do not fit it from those that they do fit. */
export class Rest {
  readonly #worker: Pick<Worker, 'pause' | 'resume'>
  #milliseconds = SHORTEST
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(worker: Pick<Worker, 'pause' | 'resume'>) {
    this.#worker = worker
  }

  /** Takes no more for a while: the longer, the more jobs in a row did not fit. */
  async begin(): Promise<void> {
    if (this.#ended || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#worker.resume()
    }, this.#milliseconds)
    this.#milliseconds = Math.min(this.#milliseconds * 2, LONGEST)
    // What is at work goes on.
    await this.#worker.pause(true)
  }

  /** A job did fit. */
  fit(): void {
    this.#milliseconds = SHORTEST
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }
}

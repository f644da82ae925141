import { basename } from 'node:path'
import type { DownloadOptions, Wanted } from './download.js'
import type { FetchEvent } from './events.js'

type Told = Pick<DownloadOptions, 'onOrigin' | 'onBytes' | 'onTrouble'>

/** Makes events of downloads, with the rate so far and the time that is left. */
export class Progress {
  readonly #set: { readonly name: string; readonly folder: string }
  readonly #tell: (event: FetchEvent) => void
  readonly #started = performance.now()
  /** Of files that have not begun; NaN where a size is not known. */
  #ahead: number
  #fetched = 0

  constructor(
    name: string,
    folder: string,
    wanted: readonly Wanted[],
    tell: (event: FetchEvent) => void = () => undefined,
  ) {
    this.#set = { name, folder }
    this.#tell = tell
    this.#ahead = wanted.reduce((sum, { known }) => sum + (known.bytes ?? NaN), 0)
    tell({ event: 'start', ...this.#set, files: wanted.length, bytes: orNull(this.#ahead) })
  }

  /** What a download of this file calls. */
  of({ file: path, known }: Wanted): Told {
    const file = basename(path)
    const size = known.bytes ?? NaN
    this.#ahead -= size
    let before = 0
    return {
      onOrigin: (origin, from) => {
        before = from
        this.#tell({ event: 'origin', file, origin, from })
      },
      onBytes: (bytes) => {
        this.#fetched += bytes - before
        before = bytes
        const bytesPerSecond = this.#fetched / this.#seconds()
        const etaSeconds = orNull((size - bytes + this.#ahead) / bytesPerSecond)
        const progress = { file, bytes, size: orNull(size), bytesPerSecond, etaSeconds }
        this.#tell({ event: 'progress', ...progress })
      },
      onTrouble: (origin, reason) => {
        this.#tell({ event: 'trouble', file, origin, reason })
      },
    }
  }

  end({ file, known }: Wanted): void {
    this.#tell({ event: 'file', file: basename(file), bytes: known.bytes ?? null })
  }

  done(): void {
    this.#tell({ event: 'done', ...this.#set, bytes: this.#fetched, seconds: this.#seconds() })
  }

  #seconds(): number {
    // Never none, as it divides.
    return Math.max(1e-3, (performance.now() - this.#started) / 1000)
  }
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

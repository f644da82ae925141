/** What is told while a set is fetched; bytes of a file are those of its download. */
export type FetchEvent =
  | {
      readonly event: 'start'
      readonly name: string
      readonly folder: string
      /** To be fetched; those that are there are not counted. */
      readonly files: number
      /** Together; null where a size is not known. */
      readonly bytes: number | null
    }
  | { readonly event: 'present'; readonly file: string }
  /** An origin answers; `from` bytes of the file were there already. */
  | {
      readonly event: 'origin'
      readonly file: string
      readonly origin: string
      readonly from: number
    }
  | FetchProgress
  /** An origin failed; what is left is asked of it again, or of the next. */
  | {
      readonly event: 'trouble'
      readonly file: string
      readonly origin: string
      readonly reason: string
    }
  | { readonly event: 'file'; readonly file: string; readonly bytes: number | null }
  | {
      readonly event: 'done'
      readonly name: string
      readonly folder: string
      /** Fetched by this call, over the network. */
      readonly bytes: number
      readonly seconds: number
    }

export interface FetchProgress {
  readonly event: 'progress'
  readonly file: string
  /** Of `size`, which is null where it is not known. */
  readonly bytes: number
  readonly size: number | null
  readonly bytesPerSecond: number
  /** To the end of all files; null where a size is not known. */
  readonly etaSeconds: number | null
}

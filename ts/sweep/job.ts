/** A parameter's value in one configuration. */
export type Value = string | number | boolean

/** A configuration's values by key, of those parameters alone that its other values ask for. */
export type Parameters = Readonly<Record<string, Value>>

/** A piece of a trial's training, from one epoch to another: what a worker is given. */
export interface Job {
  /** From 0: the configuration's number · repeats + repeat. */
  readonly trial: number
  readonly configuration: number
  /** From 0; the same repeat of all configurations has the same seed. */
  readonly repeat: number
  readonly parameters: Parameters
  /** Whole epochs that an earlier job of this trial has done; 0 for its first. */
  readonly from: number
  readonly to: number
  /** Whether `to` is the last epoch of a whole training. */
  readonly last: boolean
}

/** What a job came to. */
export type Result = Done | Failed

export interface Done {
  readonly trial: number
  readonly to: number
  /** The metric after the job's last epoch, as the metric is: not yet turned for its direction. */
  readonly value: number
}

export interface Failed {
  readonly trial: number
  readonly to: number
  /** One line. */
  readonly error: string
}

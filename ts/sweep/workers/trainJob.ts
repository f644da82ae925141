import { existsSync } from 'node:fs'
import { fitOptions } from '../../config/index.js'
import type { Loaded } from '../../data/sets/index.js'
import { reason } from '../../errors.js'
import { checkpointFile } from '../../training/checkpoint.js'
import type { TrainingEvent } from '../../training/events.js'
import { fit, type FitOptions, type Run } from '../../training/fit.js'
import type { Ended, TrialJob } from './executor.js'
import { removeFolder, TrialRecord } from './record.js'

/** Where a job is done. */
export interface Surroundings {
  readonly loaded: Loaded
  /** Of the engine, unless the configuration tells; results do not depend on it. */
  readonly threads: number
  /** Asked between calls of about a tenth of a second. */
  readonly stopped: () => boolean
  /** Told of each event of training. */
  readonly tell: (event: TrainingEvent) => void
}

/**
 * Does a job in this thread. Whatever is wrong with the trial is in what it resolves to. Where it
 * was stopped, or is not the trial's last, its folder has what the next one goes on from.
 */
export async function trainJob(job: TrialJob, surroundings: Surroundings): Promise<Ended> {
  if (surroundings.stopped()) return { state: 'interrupted' }
  const record = new TrialRecord(job)
  try {
    const { end } = record
    const ended: Ended =
      end === undefined
        ? await trained(job, surroundings, record)
        : { state: 'done', ...end, curve: record.curve, seconds: record.seconds }
    if (ended.state === 'done' && isLast(job)) removeFolder(job.folder)
    return ended
  } catch (error) {
    const { epochs, curve, seconds } = record
    return { state: 'failed', error: reason(error), epochs, curve, seconds }
  }
}

/** From where the trial's checkpoint is, or, without one that serves, from the start. */
async function trained(
  job: TrialJob,
  surroundings: Surroundings,
  record: TrialRecord,
): Promise<Ended> {
  const options = optionsOf(job, surroundings)
  for (;;) {
    using run = fit(options)
    if (existsSync(checkpointFile(job.folder, 'last'))) {
      // One that is damaged or of something else serves as none does: the bits will be the same.
      await run.restore('last').catch(() => {
        removeFolder(job.folder)
      })
    }
    const ended = await follow(run, job, record, surroundings.tell)
    if (ended !== undefined) return ended
    removeFolder(job.folder)
  }
}

function optionsOf(
  { config, metric, folder }: TrialJob,
  { loaded, threads, stopped }: Surroundings,
): FitOptions {
  const { test, ...options } = fitOptions(config, loaded)
  return {
    threads,
    ...options,
    ...(metric === 'testError' && test !== undefined ? { test } : {}),
    diagnostics: false,
    checkpoints: folder,
    checkpointEvery: 'minute',
    signal: {
      get aborted() {
        return stopped()
      },
    },
  }
}

/** Undefined where the run begins at the job's end, or past it, and what that came to is not known. */
async function follow(
  run: Run,
  job: TrialJob,
  record: TrialRecord,
  tell: Surroundings['tell'],
): Promise<Ended | undefined> {
  for await (const event of run) {
    tell(event)
    if (event.event === 'start') {
      const { epoch, step } = event.resumedFrom ?? { epoch: 0, step: 0 }
      if (epoch >= job.to) return undefined
      record.begins(epoch + step === 0 ? -1 : epoch)
    }
    if (event.event === 'epoch') record.add(event)
    const reached = event.event === 'epoch' && event.epoch >= job.to && !isLast(job)
    // Leaving the loop leaves a checkpoint, unless training is done.
    if (reached || event.event === 'done') return finished(run, job, record)
    if (event.event === 'interrupted') {
      record.keep()
      return { state: 'interrupted' }
    }
    record.keepIfLong()
  }
  return undefined
}

/** What is kept of it, before its checkpoint, will do where that or this result is lost. */
function finished(run: Run, job: TrialJob, record: TrialRecord): Ended | undefined {
  const value = record.value(job.metric)
  if (value === undefined) return undefined
  const { epochs, curve, seconds } = record
  const end = { value, epochs, weightsSha256: run.model.weightsSha256 }
  if (!isLast(job)) record.keep(end)
  return { state: 'done', ...end, curve, seconds }
}

const isLast = ({ last, to, config }: TrialJob): boolean => last || to >= config.epochs

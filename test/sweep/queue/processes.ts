import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadData, resolveConfig } from '../../../ts/config/index.js'
import { QueueExecutor, type QueueOptions } from '../../../ts/sweep/queue/executor.js'
import { QueueWorker, type QueueWorkerOptions } from '../../../ts/sweep/queue/worker.js'
import type { TrialJob } from '../../../ts/sweep/workers/executor.js'
import { version } from '../../../ts/version.js'
import { main } from '../../cli/command.js'

/** A worker process that takes one job at once, with a short lease; gone after the test. */
export function startWorker(url: string, ...args: string[]): ChildProcess {
  const flags = ['worker', '--queue', url, '--workers', '1', '--lease', '2', ...args]
  const worker = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => {
    worker.kill('SIGKILL')
  })
  return worker
}

/** A worker in this process; gone after the test. */
export async function worker(
  url: string,
  more: Partial<QueueWorkerOptions> = {},
): Promise<QueueWorker> {
  const opened = await QueueWorker.open({ url, version: version(), slots: 1, lease: 2, ...more })
  onTestFinished(() => opened.stop())
  return opened
}

/** All that it has said when it has ended. */
export async function spoken({ stderr }: ChildProcess): Promise<string> {
  let text = ''
  for await (const part of stderr ?? []) text += String(part)
  return text
}

/** A coordinator in this process, of a sweep on the digits unless told; gone after the test. */
export async function coordinator(
  url: string,
  warned: string[] = [],
  more: Partial<QueueOptions> = {},
): Promise<QueueExecutor> {
  const executor = await QueueExecutor.open({
    url,
    sweep: 'abc',
    loaded: await loadData(job('', 0).config),
    warn: (line) => warned.push(line),
    ...more,
  })
  onTestFinished(() => executor[Symbol.asyncDispose]())
  return executor
}

/** A training on the digits that come along, of a fraction of a second. */
export function job(folder: string, trial: number, settings: Record<string, unknown> = {}) {
  const small = { data: 'digits', network: '784-8-10', epochs: 1, threads: 1, validation: 0.1 }
  const told = Object.entries({ ...small, seed: trial + 1, ...settings })
  const config = resolveConfig(
    new Map(told.map(([key, value]) => [key, { value, where: key }] as const)),
  )
  return {
    trial,
    from: 0,
    to: config.epochs,
    last: true,
    config,
    metric: 'validationError',
    folder: join(folder, String(trial)),
  } satisfies TrialJob
}

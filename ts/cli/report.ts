import { readFileSync } from 'node:fs'
import type { Config } from '../config/index.js'
import { describeData } from '../data/sets/described.js'
import type { Loaded } from '../data/sets/index.js'
import { writeFiles } from '../report/files.js'
import type { Comparison } from '../report/comparison-page.js'
import { runPage } from '../report/run-page.js'
import type { EpochEvent, StartEvent } from '../training/events.js'
import { version } from '../version.js'
import { metricsFile } from './runFolder.js'

/** What was asked for, but what differs between rules, which stands in their `start` events. */
export function describeSettings(config: Config): Comparison['settings'] {
  const unsaid = new Set(['rule', 'learningRate', 'weightScale', 'out'])
  return Object.fromEntries(Object.entries(config).filter(([key]) => !unsaid.has(key)))
}

/** Writes `report.html` into a run folder, of all epochs that its `metrics.jsonl` holds. */
export async function writeReport(
  folder: string,
  config: Config,
  loaded: Loaded,
  start: StartEvent,
): Promise<void> {
  const lines = readFileSync(metricsFile(folder), 'utf8').trim().split('\n')
  const epochs = lines.map((line) => JSON.parse(line) as EpochEvent)
  const settings = describeSettings(config)
  const about = { version: version(), data: describeData(loaded), settings, start, epochs }
  await writeFiles(folder, { 'report.html': await runPage(about) })
}

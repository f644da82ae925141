import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { fitOptions, resolveConfig, type Config } from '../config/index.js'
import { engine } from '../engine/index.js'
import { UsageError } from '../errors.js'
import { checkpointFile } from '../training/checkpoint.js'
import type { StartEvent, TrainingEvent } from '../training/events.js'
import { percent } from '../report/format.js'
import { makeFolder } from '../makeFolder.js'
import { defaultFolder } from './folder.js'
import { onInterrupt } from './interrupt.js'
import { load } from './load.js'
import { addGeneral, addSettings, given, type GeneralFlags, type PrintFlags } from './options.js'
import { printer } from './progress.js'
import { resumedConfig } from './resume.js'
import { configFile, recordEpoch, recordStart, writeConfig } from './runFolder.js'

interface TrainFlags extends GeneralFlags {
  readonly out?: string
  /** False with --no-save. */
  readonly save: boolean
  /** True where `--out` names the folder. */
  readonly resume?: string | true
}

/** `feedalign train`: one network under one rule, into a run folder. */
export function trainCommand(): Command {
  return addGeneral(addSettings(new Command('train')))
    .addOption(new Option('--no-save', 'write nothing').conflicts(['out', 'resume']))
    .option('--resume [folder]', 'go on from the last checkpoint of a run folder, or of --out')
    .addHelpText(
      'before',
      'Examples:\n' +
        '  feedalign train --data mnist --rule fa --epochs 5 --out runs/first\n' +
        '  feedalign train --resume runs/first --epochs 10\n' +
        '  feedalign train --network 784-256-10 --activation relu --json\n' +
        '  feedalign train --config runs/first/config.json --set seed=2\n',
    )
    .action(train)
}

/** What is to be trained, and where to. */
interface Plan {
  readonly config: Config
  readonly folder: string | undefined
  /** Whether the folder holds a checkpoint to go on from. */
  readonly resume: boolean
}

async function train(flags: TrainFlags): Promise<void> {
  const { config, folder, resume } = plan(flags)
  // What trains is loaded while the data is unpacked.
  const [loaded, { fit }] = await Promise.all([load(config, flags), import('../training/fit.js')])
  const stop = new AbortController()
  const run = fit({
    ...fitOptions(config, loaded),
    signal: stop.signal,
    ...(folder === undefined ? {} : { checkpoints: folder, resume }),
  })
  if (folder !== undefined) makeFolder(folder)
  const print = printer(flags)
  let start: StartEvent | undefined
  const forget = onInterrupt(() => {
    stop.abort()
  })
  try {
    for await (const event of run) {
      if (folder !== undefined) await record(folder, config, event)
      print(event.event === 'done' && folder !== undefined ? { ...event, out: folder } : event)
      if (event.event === 'start') start = event
      if (event.event === 'done') {
        if (folder !== undefined && start !== undefined) {
          const { writeReport } = await import('./report.js')
          await writeReport(folder, config, loaded, start)
        }
        conclude(event.testError, folder, flags)
      }
      if (event.event === 'interrupted') sayHowToGoOn(event.epoch, folder)
    }
  } finally {
    forget()
  }
}

function plan(flags: TrainFlags): Plan {
  const told = given(flags)
  const resumed = folderToResume(flags)
  if (resumed !== undefined) {
    const config = withEngine(resumedConfig(resumed, told))
    return { config, folder: resumed, resume: existsSync(checkpointFile(resumed, 'last')) }
  }
  const config = withEngine(resolveConfig(told))
  if (!flags.save) return { config, folder: undefined, resume: false }
  const folder = config.out ?? defaultFolder(config.rule)
  if (existsSync(configFile(folder))) {
    throw new UsageError(
      `${folder} holds a run already; go on with it by --resume, or name another`,
    )
  }
  return { config, folder, resume: false }
}

function folderToResume({ resume, out }: TrainFlags): string | undefined {
  if (resume !== true) {
    if (resume === undefined || out === undefined || resolve(out) === resolve(resume)) return resume
    throw new UsageError(`--out ${out} is not the folder of --resume ${resume}`)
  }
  if (out === undefined) throw new UsageError('--resume: name the run folder to go on with')
  return out
}

/** Engines round differently, so the one in use is part of what repeats a run. */
function withEngine(config: Config): Config {
  const { name } = engine(config.engine)
  return { ...config, engine: config.engine ?? name }
}

/** The configuration too waits for the start: a resumption that fails leaves it as it was. */
async function record(folder: string, config: Config, event: TrainingEvent): Promise<void> {
  if (event.event === 'start') {
    await writeConfig(folder, config)
    await recordStart(folder, event)
  }
  if (event.event === 'epoch') recordEpoch(folder, event)
}

function conclude(error: number | undefined, folder: string | undefined, flags: PrintFlags): void {
  if (flags.json === true) return
  if (error !== undefined) console.log(`test error ${percent(error)}`)
  if (folder !== undefined && flags.quiet !== true) console.error(`saved in ${folder}`)
}

function sayHowToGoOn(epoch: number, folder: string | undefined): void {
  process.exitCode = 130
  const shown = folder !== undefined && /^[\w./+-]+$/.test(folder) ? folder : JSON.stringify(folder)
  const next =
    folder === undefined ? 'nothing was saved' : `go on with: feedalign train --resume ${shown}`
  console.error(`stopped in epoch ${epoch + 1}; ${next}`)
}

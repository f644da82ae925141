import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { FeedalignError } from '../../errors.js'
import { isNear } from '../../lock/holder.js'
import { liveHolder } from '../../lock/lock.js'
import { sweepLock } from '../../sweep/storage/journal.js'
import { shellText } from './shell.js'

/** `feedalign sweep stop DIR`. */
export function stopCommand(): Command {
  return new Command('stop')
    .description('have the process at work on a sweep save what it has, and end')
    .argument('<folder>')
    .action(stop)
}

/** Milliseconds between looks, and after which it is said that it takes long. */
const [LOOK, LONG] = [50, 10_000]

async function stop(folder: string): Promise<void> {
  const holder = liveHolder(folder, sweepLock.name)
  if (holder === undefined) throw new FeedalignError(`${folder}: no process is at work on it`)
  const { pid, host } = holder
  if (!isNear(holder)) {
    throw new FeedalignError(`${folder}: process ${pid} on ${host} is at work on it; stop it there`)
  }
  process.kill(pid, 'SIGTERM')
  const asked = performance.now()
  let patient = true
  while (liveHolder(folder, sweepLock.name)?.pid === pid) {
    await setTimeout(LOOK)
    if (!patient || performance.now() - asked < LONG) continue
    patient = false
    console.error(`process ${pid} was asked to stop, and is not done with saving yet`)
  }
  console.error(`stopped; go on with: feedalign sweep resume ${shellText(folder)}`)
}

import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { addon } from '../engine/native.js'

/** `feedalign info`: what this machine offers. */
export function infoCommand(): Command {
  return new Command('info').description('CPU, kernels and versions').action(() => {
    console.log(`CPU      ${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`)
    console.log(`kernels  ${addon().kernels().join(', ')}`)
    console.log(`node     ${process.version}`)
  })
}

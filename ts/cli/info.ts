import { Command } from 'commander'
import { compile } from '../compile/index.js'
import { engine, Session } from '../engine/index.js'
import { addon } from '../engine/native.js'
import { parseNetwork } from '../network/index.js'
import { rules } from '../rules/index.js'
import { losses } from '../training/losses.js'
import { optimizers } from '../training/optimizers.js'
import { machine } from './machine.js'

/** `feedalign info`: what this machine offers; what is missing is said, not an error. */
export function infoCommand(): Command {
  return new Command('info')
    .option('--json', 'one JSON object on standard output')
    .action(({ json }: { json?: boolean }) => {
      const facts = { ...machine(), ...engines() }
      if (json === true) {
        console.log(JSON.stringify(facts))
        return
      }
      for (const [name, value] of Object.entries(facts)) {
        const shown = Array.isArray(value) ? value.join(', ') || 'none' : (value ?? 'none')
        console.log(`${name.padEnd(9)}  ${shown}`)
      }
    })
}

/** The native kernels; engine and kernel that a run would use now; what stands in the way. */
function engines() {
  const problems: string[] = []
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      const { message } = error as Error
      if (!problems.includes(message)) problems.push(message)
      return undefined
    }
  }
  const kernels = attempt(() => addon().kernels()) ?? []
  const used = attempt(() => kernelInUse())
  return { kernels, engine: used?.engine ?? null, kernel: used?.kernel ?? null, problems }
}

/** Asked of a session, the only one who knows: the environment may force a kernel. */
function kernelInUse() {
  const found = engine()
  const program = compile({
    network: parseNetwork('1-1'),
    rule: rules.bp(),
    loss: losses.crossEntropy(),
    optimizer: optimizers.sgd({ learningRate: 1 }),
    batch: 1,
    reduction: 'mean',
    labels: true,
    weightScale: 1,
    feedbackScale: 1,
    scale: 1,
    shift: 0,
  })
  using session = new Session(found, program, { threads: 1, seed: 0 })
  return { engine: found.name, kernel: session.kernel }
}

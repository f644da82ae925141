import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** The address of a built module, such as `training/fit.js`, to import in a child's script. */
export const built = (module: string): string => new URL(`../dist/${module}`, import.meta.url).href

/** Runs a module given as text in a Node process of its own, which ends with the test at last. */
export function child(script: string, args: string[] = [], flags: string[] = []): ChildProcess {
  const process_ = spawn(
    process.execPath,
    [...flags, '--input-type=module', '-e', script, '--', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => {
    process_.kill('SIGKILL')
  })
  return process_
}

/** The lines that it prints. */
export function lines({ stdout }: ChildProcess): AsyncIterable<string> {
  if (stdout === null) throw new RangeError('the output is not piped')
  return createInterface({ input: stdout })
}

/** Ends it as a power cut would, and waits until it is gone. */
export async function kill(process_: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => process_.once('exit', resolve))
  process_.kill('SIGKILL')
  await gone
}

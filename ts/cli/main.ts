#!/usr/bin/env node
import { run } from './program.js'

/** A reader that has seen enough (`| head`) ends us quietly; a full disk is an error as others. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(`feedalign: standard output: ${error.message}`)
  process.exit(1)
})

/** A terminal that is gone takes what is told on the way with it, and not the work. */
process.stderr.on('error', () => undefined)

void run(process.argv.slice(2)).then((code) => {
  if (code !== undefined) process.exitCode = code
})

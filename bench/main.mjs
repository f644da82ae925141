/**
 * `npm run bench -- gemm|step [--json] [--rules fa,bp] [--batches 64] [--threads 2]
 * [--feedback-rank 64] [--seconds 40]`
 *
 * Speed as a share of the multiply-add ceiling that the same run measures: absolute figures
 * depend on the machine and on what else runs there, ratios much less.
 */
import { parseArgs } from 'node:util'
import { gemm } from './gemm.mjs'
import { step } from './step.mjs'

const benches = { gemm, step }

const options = {
  json: { type: 'boolean', default: false },
  rules: { type: 'string', default: 'bp,fa,dfa' },
  batches: { type: 'string', default: '32,64,128,256' },
  threads: { type: 'string', default: '1,2' },
  'feedback-rank': { type: 'string' },
  seconds: { type: 'string', default: '40' },
}

/** A list of whole numbers from a flag. */
function numbers(flag, text) {
  return text.split(',').map((part) => {
    const value = Number(part)
    if (Number.isInteger(value) && value > 0) return value
    throw new Error(`--${flag} ${JSON.stringify(part)} is not a whole number above 0`)
  })
}

async function main() {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const bench = benches[positionals[0] ?? 'step']
  if (bench === undefined) {
    throw new Error(`no benchmark ${positionals[0]}; there is ${Object.keys(benches).join(', ')}`)
  }
  await bench({
    json: values.json,
    rules: values.rules.split(','),
    batches: numbers('batches', values.batches),
    threads: numbers('threads', values.threads),
    feedbackRank: values['feedback-rank'] && numbers('feedback-rank', values['feedback-rank'])[0],
    seconds: numbers('seconds', values.seconds)[0],
  })
}

main().catch((error) => {
  console.error(`bench: ${error.message}`)
  process.exitCode = 1
})

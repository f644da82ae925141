/** A peer at work: a process that is asked in JSON lines (see `python/serve.py`). */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { environment, peers } from './list.mjs'

/** What a peer answered, as an object; throws its error, or what it said where that is no JSON. */
export function readAnswer(name, line) {
  let answer
  try {
    answer = JSON.parse(line)
  } catch {
    throw new Error(`${name} answered ${JSON.stringify(line.slice(0, 80))}`)
  }
  if (typeof answer !== 'object' || answer === null) throw new Error(`${name} answered ${line}`)
  if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`)
  return answer
}

/** Repetitions a second in an answer to a case. */
export function rateOf(name, line) {
  const { repetitions, seconds } = readAnswer(name, line)
  const rate = repetitions / seconds
  if (Number.isFinite(rate) && rate > 0) return rate
  throw new Error(`${name} answered ${line}`)
}

/** How long a peer's threads may spin after its answer, in ms: OpenBLAS's some 25. */
const SETTLE = 40

export class Peer {
  #child
  #lines
  version

  constructor(name, child) {
    this.name = name
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts a command; rejects where it does not say hello. */
  static async start(name, [program, ...args], env) {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
    // Where it cannot start or has ended, the next line tells: there is none.
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    const peer = new Peer(name, child)
    peer.version = readAnswer(name, await peer.#line()).version
    return peer
  }

  async #line() {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error(`${this.name} ended without an answer`)
    return value
  }

  /** How often a second it runs `case`, measured for some `seconds`. */
  async rate(subject, seconds) {
    this.#child.stdin.write(`${JSON.stringify({ case: subject, seconds })}\n`)
    const rate = rateOf(this.name, await this.#line())
    await new Promise((resolve) => setTimeout(resolve, SETTLE))
    return rate
  }

  close() {
    this.#child.stdin.end()
    this.#child.kill()
  }
}

/**
 * Starts the peers called `names`, each with `threads`: those that run, and why others do not, as
 * `[{ peer, missing }]`.
 */
export async function startPeers(names, threads, list = peers) {
  const running = []
  const missing = []
  for (const name of names) {
    const reason = list[name].missing()
    const started = reason
      ? Promise.reject(new Error(reason))
      : Peer.start(name, list[name].command(threads), environment(threads))
    await started.then(
      (peer) => running.push(peer),
      (error) => missing.push({ peer: name, missing: error.message }),
    )
  }
  return { running, missing }
}

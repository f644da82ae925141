import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Contents, Manifest } from '../../../ts/data/manifest.js'

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server on this machine that is gone after the test; answers by path, else with 404. */
export interface Served {
  readonly url: string
  readonly answers: Map<string, Answer>
  /** Method, path and range of each request. */
  readonly asked: string[]
}

export async function serve(answers: Record<string, Answer> = {}): Promise<Served> {
  const known = new Map(Object.entries(answers))
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push([path, request.headers.range].filter((text) => text !== undefined).join(' '))
    // A client that goes away is what many of these tests are about.
    response.on('error', () => undefined)
    const answer = known.get(path)
    if (answer === undefined) response.writeHead(404).end('not here')
    else answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, answers: known, asked }
}

/** What is known of these bytes. */
export function known(bytes: Uint8Array): Required<Pick<Contents, 'bytes' | 'md5'>> {
  return { bytes: bytes.length, md5: createHash('md5').update(bytes).digest('hex') }
}

/** The same bytes for the same seed, of which no two stretches are alike. */
export function noise(length: number, seed = 1): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

/** A manifest of one file, `data.bin`, to be had from these origins. */
export function manifestOf(origins: readonly string[], unpacked: Contents): Manifest {
  const file = {
    name: 'data.bin',
    part: 'all' as const,
    content: 'noise',
    origins: [...origins],
    unpacked,
  }
  const about = { name: 'noise', title: 'Noise', publisher: 'nobody', terms: 'none' }
  return { ...about, files: [file], archives: [] }
}

/** Sends a file as good servers do: ranges, and an ETag that `if-range` is compared with. */
export function sends(bytes: Uint8Array, etag = '"1"'): Answer {
  return (request, response) => {
    const { body, headers, status } = answerTo(request, bytes, etag)
    response.writeHead(status, headers).end(body)
  }
}

/** The same, but the connection ends after so many bytes. */
export function breaksOff(bytes: Uint8Array, after: number, etag = '"1"'): Answer {
  return (request, response) => {
    const { body, headers, status } = answerTo(request, bytes, etag)
    response.writeHead(status, headers)
    if (body.length <= after) response.end(body)
    else response.write(body.subarray(0, after), () => setTimeout(() => response.destroy(), 100))
  }
}

export function answerTo(request: IncomingMessage, bytes: Uint8Array, etag: string) {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const condition = request.headers['if-range'] ?? etag
  if (from === 0 || condition !== etag) {
    return { status: 200, headers: { etag, 'content-length': bytes.length }, body: bytes }
  }
  if (from >= bytes.length) return { status: 416, headers: {}, body: Buffer.from('no such range') }
  const body = bytes.subarray(from)
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
  const headers = { etag, 'content-length': body.length, 'content-range': range }
  return { status: 206, headers, body }
}

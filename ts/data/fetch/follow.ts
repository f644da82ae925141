import type { Dispatcher } from 'undici'

/** An origin cannot give what is wanted, now or later: the next one is asked. */
export class Refused extends Error {}

export interface Ask {
  readonly headers: Readonly<Record<string, string>>
  /** Whether a checksum will tell what comes: only then may it come over http. */
  readonly checked: boolean
  readonly signal: AbortSignal | undefined
  readonly dispatcher: Dispatcher
}

const MAX_REDIRECTS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Connections, by the proxy that the environment names; seconds without a byte end one. */
export async function connections(stallSeconds: number): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici')
  const stall = 1000 * stallSeconds
  return new EnvHttpProxyAgent({
    connect: { timeout: stall },
    headersTimeout: stall,
    bodyTimeout: stall,
  })
}

/**
 * Asks for what stands at a URL and goes where it is sent; the body is as sent, never unpacked.
 * Throws `Refused` where it is sent somewhere that is neither http: nor https:, from https: to
 * http: without a checksum, or on and on.
 */
export async function follow(url: string, ask: Ask): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici')
  const { headers, signal, dispatcher } = ask
  let target = permitted(url, undefined, ask.checked)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await request(target, { dispatcher, headers, signal: signal ?? null })
    if (!REDIRECTS.has(response.statusCode)) return response
    await response.body.dump()
    target = permitted(single(response.headers['location']) ?? '', target.href, ask.checked)
  }
  throw new Refused(`redirects more than ${MAX_REDIRECTS} times`)
}

/** One line of a header that should stand once. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function permitted(to: string, from: string | undefined, checked: boolean): URL {
  const how = from === undefined ? 'is' : 'redirects to'
  if (!URL.canParse(to, from)) throw new Refused(`${how} ${JSON.stringify(to)}, no URL`)
  const target = new URL(to, from)
  if (target.protocol === 'https:' || (target.protocol === 'http:' && checked)) return target
  const why = target.protocol === 'http:' ? ', and no checksum would tell what comes' : ''
  throw new Refused(`${how} ${target.protocol}${why}`)
}

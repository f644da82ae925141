import type { Metrics, Session } from '../engine/index.js'

/** The angle in degrees of two matrices whose products are summed; null where one is zero. */
function angle(ab: number, aa: number, bb: number): number | null {
  const norms = Math.sqrt(aa * bb)
  if (norms === 0) return null
  return (Math.acos(Math.min(1, Math.max(-1, ab / norms))) * 180) / Math.PI
}

/** What the probe's metrics say of a network of `blocks` blocks. */
export function angles(session: Session, metrics: Metrics, blocks: number) {
  const names = session.program.phases.find((phase) => phase.name === 'probe')?.metrics ?? []
  const sums = (what: string): [number, number, number] | undefined => {
    if (!names.includes(`${what}.ab`)) return undefined
    const total = (part: string): number => metrics.sum(`${what}.${part}`)
    return [total('ab'), total('aa'), total('bb')]
  }
  const signals = Array.from({ length: blocks - 1 }, (_, i) => {
    const found = sums(`signal.${i}`)
    return found === undefined ? null : angle(...found)
  })
  const weights = Array.from({ length: blocks }, (_, block) => ({
    block,
    found: sums(`weight.${block}`),
  })).flatMap(({ block, found }) =>
    found === undefined
      ? []
      : [{ block, angle: angle(...found), ratio: Math.sqrt(found[1] / found[2]) }],
  )
  return { signals, weights }
}

import { createRequire } from 'node:module'

/** What went wrong, in one line made for the user. */
export class FeedalignError extends Error {
  override readonly name: string = 'FeedalignError'
}

/** What the user asked for cannot be: a bad value, an unknown name. */
export class UsageError extends FeedalignError {
  override readonly name = 'UsageError'
}

/** What another's error says, in one line: of the system's the reason without its call and path. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const line = error.message.split('\n')[0] ?? ''
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  const end = line.indexOf(`, ${syscall}`)
  if (syscall === '' || !line.startsWith(`${code}: `) || end < 0) return line
  return `${line.slice(code.length + 2, end)} (${code})`
}

type Levenshtein = typeof import('fastest-levenshtein')

/** A clause for an error about an unknown word: `; did you mean "fa"?`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  // Loaded when somebody mistypes, not by everybody who imports the package.
  const { distance } = createRequire(import.meta.url)('fastest-levenshtein') as Levenshtein
  const near = words
    .map((known) => ({ known, far: distance(word.toLowerCase(), known) }))
    .filter(({ known, far }) => far <= Math.max(1, known.length / 2))
    .sort((a, b) => a.far - b.far)[0]
  return near === undefined ? '' : `; did you mean "${near.known}"?`
}

/** Finds a thing by its name, or says which names there are. */
export function byName<T extends { readonly name: string }>(
  what: string,
  name: string,
  all: readonly T[],
): T {
  const found = all.find((one) => one.name === name)
  if (found !== undefined) return found
  const names = all.map((one) => one.name)
  const hint = didYouMean(name, names) || `; known are ${names.join(', ')}`
  throw new UsageError(`unknown ${what} ${JSON.stringify(name)}${hint}`)
}

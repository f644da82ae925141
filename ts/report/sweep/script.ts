import { readFileSync } from 'node:fs'

const importLine = /^import [^'"]*['"]([^'"]+)['"];?\n/gm

/**
 * The script of a sweep's page as one text. Its modules are browser JavaScript that is built like
 * all else; they are put one after another, those that others import first, without their imports
 * and exports. So no two of them may define the same name, and none may rename what it imports: a
 * browser refuses the whole otherwise.
 */
export function pageScript(): string {
  // From `ts` as from `dist`: what runs in a browser has to be built.
  const main = new URL('../../../dist/report/sweep/client/main.js', import.meta.url)
  return gathered(main, new Set())
}

function gathered(module: URL, seen: Set<string>): string {
  if (seen.has(module.href)) return ''
  seen.add(module.href)
  const code = readFileSync(module, 'utf8')
  const imported = [...code.matchAll(importLine)].map(([, from = '']) =>
    gathered(new URL(from, module), seen),
  )
  const own = code
    .replaceAll(importLine, '')
    .replaceAll(/^export (\{\};?\n)?/gm, '')
    .replaceAll(/^\/\/# sourceMappingURL=.*\n?/gm, '')
  return imported.join('') + own
}

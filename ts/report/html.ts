/**
 * Pages that hold all they show: no file or network beside them. Text becomes part of a page through
 * `markup` alone, which escapes it.
 */
import { createHash } from 'node:crypto'

/** Text that is HTML already. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | readonly Markup[]

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(render).join('')
  return escapeText(String(part))
}

/** A template whose values are escaped, unless they are markup or lists of it. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    literals.reduce((text, literal, i) => text + render(parts[i - 1] ?? '') + literal),
  )
}

/** Rows of named cells; columns are those of the first row, the first one heads its row. */
export function htmlTable(rows: readonly Readonly<Record<string, string>>[]): Markup {
  const columns = Object.keys(rows[0] ?? {})
  const cells = (row: Readonly<Record<string, string>>): Markup[] =>
    columns.map((column, i) =>
      i === 0
        ? markup`<th scope="row">${row[column] ?? ''}</th>`
        : markup`<td>${row[column] ?? ''}</td>`,
    )
  const heads = columns.map((column) => markup`<th scope="col">${column}</th>`)
  const lines = rows.map((row) => markup`<tr>${cells(row)}</tr>\n`)
  return markup`<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table>`
}

/** A picture with a line of text under it; `svg` is trusted. */
export function figure(svg: string, caption: string): Markup {
  return markup`<figure>
${new Markup(svg)}
<figcaption>${caption}</figcaption>
</figure>`
}

// The browser's own colours for text and ground follow the reader's choice of light or dark.
const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  background: Canvas; color: CanvasText }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse }
th, td { text-align: left; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid GrayText;
  font-variant-numeric: tabular-nums; vertical-align: top }
figure { margin: 1rem 0; overflow-x: auto } figcaption { opacity: 0.8 }
svg { max-width: 100%; height: auto }
.notice { border-left: 4px solid; padding-left: 0.8rem }
`

/** What a page that can be operated has beside its body. */
export interface Operated {
  /** A module of JavaScript, trusted. */
  readonly script: string
  /** What the script is given: the JSON in the element `data`. */
  readonly data: unknown
  readonly style: string
}

/** A whole document; without `operated` it has no script. */
export function page(title: string, body: Markup, operated?: Operated): string {
  // The policy keeps even a text that slipped through from loading or running anything.
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy(operated))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style + (operated?.style ?? ''))}</style>
</head>
<body>
<h1>${title}</h1>
${body}
${operated === undefined ? '' : scripts(operated)}</body>
</html>
`.text
}

/** Of scripts the page's own alone may run. */
function policy(operated: Operated | undefined): string {
  const none = "default-src 'none'; style-src 'unsafe-inline'"
  if (operated === undefined) return none
  return `${none}; script-src 'sha256-${createHash('sha256').update(operated.script).digest('base64')}'`
}

function scripts({ script, data }: Operated): Markup {
  // No text within can end the element, as it has no `<`.
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`)
  return markup`<script type="application/json" id="data">${new Markup(json)}</script>
<script type="module">${new Markup(script)}</script>
`
}

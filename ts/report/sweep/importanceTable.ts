import { markup, type Markup } from '../html.js'
import { importance } from './importance/index.js'
import type { SweepReport } from './report.js'

/** How important each parameter is, with bars, and what these figures mean. */
export function importanceTable(report: SweepReport): Markup {
  const found = importance(report)
  if (found === undefined) {
    return markup`<p>It takes ten configurations with a value, not all alike, to tell.</p>`
  }
  const rows = [...found.parameters, { name: 'several together', share: found.together }]
  const bars = rows.map(
    ({ name, share }) => markup`<tr><th scope="row">${name}</th><td>${whole(share)}</td>
<td class="bar"><span style="width: ${(100 * share).toFixed(1)}%"></span></td></tr>
`,
  )
  return markup`<table class="importance">
<thead><tr><th scope="col">parameter</th><th scope="col">share</th><td></td></tr></thead>
<tbody>
${bars}</tbody>
</table>
<p>Shares of the variance of a configuration’s place, from the best to the worst (failed ones last),
that a parameter explains alone, averaged over all others: functional analysis of variance of a
random forest (<cite>Hutter, Hoos and Leyton-Brown, ICML 2014</cite>). ${trust(found.fit)} Parameters that
others leave out have “none” as a value of theirs, so they share what their condition explains.
Learned from ${found.configurations} configurations.</p>`
}

const whole = (share: number): string => `${(100 * share).toFixed(0)} %`

function trust(fit: number): string {
  const r2 = `R² = ${fit.toFixed(2)} on configurations that its trees had not seen`
  if (fit < 0.3) return `The forest foretells places badly (${r2}): these shares tell little.`
  return `The forest foretells places with ${r2}.`
}

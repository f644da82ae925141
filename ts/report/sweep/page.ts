import { markup, page } from '../html.js'
import type { PageData } from './data.js'
import { importanceTable } from './importanceTable.js'
import { pageData } from './pageData.js'
import type { SweepReport } from './report.js'
import { pageScript } from './script.js'
import { sweepStyle } from './style.js'
import { summary } from './summary.js'

/**
 * A sweep as one HTML document that can be operated, by a script of its own that paints lines on a
 * canvas. Vega, which draws the charts of other pages, would have to stand whole in each of these,
 * needs `eval` or an interpreter, and has no parallel coordinates: they would be made by hand too.
 */
export function sweepPage(report: SweepReport): string {
  const data = pageData(report)
  const body = markup`${summary(report)}
<noscript><p class="notice">What follows can be seen where scripts may run.</p></noscript>
<h2>Configurations</h2>
<p>A line a configuration, blue where ${report.metric} is best, orange where it is worst. Drag along
an axis to select a range of it, click it to clear that; ranges of several axes narrow each other.
Curves and table below are of what is selected. The best are those trained furthest, by value.</p>
<div id="selection"></div>
<div id="parallel"></div>
<details><summary>Ranges as numbers</summary><div id="ranges"></div></details>
<h2>Learning curves</h2>
<p>${curvesText(data)}</p>
<div id="curves"></div>
<h2>Importance of parameters</h2>
${importanceTable(report)}
<h2>Table</h2>
<div id="table"></div>
<h2>Spec</h2>
<details><summary>As it was run</summary>
<pre>${JSON.stringify(report.spec, null, 2)}</pre></details>
<p>feedalign ${report.version}</p>`
  return page(report.title, body, { script: pageScript(), data, style: sweepStyle })
}

function curvesText({ configurations }: PageData): string {
  const band = 'Means of a configuration’s trials by epoch, and their standard deviation as a band.'
  const lengths = configurations.flatMap(({ curves }) =>
    Object.values(curves).map(({ epochs }) => epochs.length),
  )
  const [points, epochs] = [lengths, configurations.map((one) => one.epochs)].map((counts) =>
    counts.reduce((a, b) => Math.max(a, b), 0),
  )
  if ((epochs ?? 0) <= (points ?? 0)) return band
  const thinned = `a curve has ${points} of its epochs at most, as far apart as can be`
  return `${band} So that the page opens fast, ${thinned}.`
}

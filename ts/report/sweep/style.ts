/** Of a sweep's page, beside that of all pages. */
export const sweepStyle = `
.loud { border: 4px solid #d6447a; padding: 0.5rem 0.8rem }
.controls, #selection { display: flex; flex-wrap: wrap; gap: 0.6rem 1.2rem; align-items: baseline }
input[type=number] { width: 7em } fieldset { display: inline-block; vertical-align: top }
fieldset label { display: block } #ranges { margin: 0.5rem 0 }
#parallel, .scroll { overflow-x: auto }
#parallel .inner { position: relative }
#parallel canvas, #parallel svg { position: absolute; left: 0; top: 0; max-width: none }
#parallel line, .curves line { stroke: currentColor }
#parallel text, .curves text { fill: currentColor; font-size: 12px }
#parallel text { paint-order: stroke; stroke: Canvas; stroke-width: 3px }
#parallel .title { text-anchor: middle; font-weight: 600 }
#parallel .ranges rect { fill: #80889066; stroke: currentColor }
#parallel .reach { fill: transparent; cursor: ns-resize; touch-action: none }
#parallel .over { fill: none; stroke: currentColor; stroke-width: 2.5px }
.tip { position: absolute; background: Canvas; border: 1px solid GrayText; padding: 0.2rem 0.5rem;
  pointer-events: none; max-width: 24rem; font-size: 0.85rem }
.curves { width: 100%; max-width: 60rem }
.curves .tick line { opacity: 0.15 }
.curve polyline { fill: none; stroke-width: 2 } .curve polygon { opacity: 0.15 }
.curve:hover polyline { stroke-width: 4 }
.legend { list-style: none; padding: 0; columns: 2; font-size: 0.85rem }
th button { font: inherit; font-weight: 600; background: none; border: 0; padding: 0;
  cursor: pointer; color: inherit; text-align: left }
th[aria-sort=ascending] button::after { content: ' ▲' }
th[aria-sort=descending] button::after { content: ' ▼' }
.scroll td ul { margin: 0; padding-left: 1rem }
.importance td.bar { width: 20rem } .bar span { display: block; height: 0.8em; background: #3b82c4 }
`

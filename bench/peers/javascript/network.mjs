/** What the peers in JavaScript train: weights, and one batch of examples and targets. */

/** Reproducible values in (−1, 1). */
function* uniform(seed) {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 31 - 1
  }
}

/** Row-major values and shapes: `weights` per block, `x` [batch × inputs], `t` one-hot. */
export function network(widths, batch) {
  const values = uniform(1)
  const matrix = (rows, columns, reach) => ({
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, () => reach * values.next().value),
  })
  const outputs = widths.at(-1)
  const isTarget = (i) => i % outputs === Math.floor(i / outputs) % outputs
  return {
    weights: widths.slice(1).map((width, i) => matrix(widths[i], width, widths[i] ** -0.5)),
    x: matrix(batch, widths[0], 1),
    t: {
      shape: [batch, outputs],
      data: Float32Array.from({ length: batch * outputs }, (_, i) => (isTarget(i) ? 1 : 0)),
    },
  }
}

export const LEARNING_RATE = 0.01

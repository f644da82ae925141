/** Pooling over windows of an image, channel by channel. */
import { at, matrix, type Matrix } from './matrix.js'
import type { Passed } from './parts.js'
import { coverage, type Windows } from './windows.js'

/** How much of a pixel's channel goes into a position's: row, position, channel, pixel. */
type Share = (row: number, position: number, channel: number, pixel: number) => number

/** The highest of a window, the first of equals; padding is never the highest. */
export function maxPool(windows: Windows, x: Matrix): Passed {
  const covered = coverage(windows)
  return pool(windows, x, (row, position, channel, pixel) => {
    let highest = -1
    for (const one of covered[position] ?? []) {
      const value = (of: number): number => at(x, row, of * windows.channels + channel)
      if (one !== undefined && (highest < 0 || value(one) > value(highest))) highest = one
    }
    return pixel === highest ? 1 : 0
  })
}

/** The mean over a window, zeros of the padding included. */
export const averagePool = (windows: Windows, x: Matrix): Passed =>
  pool(windows, x, () => 1 / (windows.kernel[0] * windows.kernel[1]))

function pool(windows: Windows, x: Matrix, share: Share): Passed {
  const { channels } = windows
  const covered = coverage(windows)
  return {
    out: matrix(x.rows, covered.length * channels, (row, column) => {
      const [position, channel] = [Math.floor(column / channels), column % channels]
      let sum = 0
      for (const pixel of covered[position] ?? []) {
        if (pixel === undefined) continue
        sum += share(row, position, channel, pixel) * at(x, row, pixel * channels + channel)
      }
      return sum
    }),
    back: (signal) =>
      matrix(x.rows, x.columns, (row, column) => {
        const [pixel, channel] = [Math.floor(column / channels), column % channels]
        let sum = 0
        covered.forEach((pixels, position) => {
          if (!pixels.includes(pixel)) return
          const factor = share(row, position, channel, pixel)
          sum += factor * at(signal, row, position * channels + channel)
        })
        return sum
      }),
  }
}

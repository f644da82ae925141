/** Windows that a convolution or a pooling slides over an image, channels last. */
export interface Windows {
  height: number
  width: number
  channels: number
  kernel: readonly [number, number]
  stride: readonly [number, number]
  /** Rows and columns of zeros on each side. */
  padding: readonly [number, number]
}

/**
 * For each position of the window, row by row, the pixels that it covers, row by row, as
 * row · width + column of the image; undefined in the padding.
 */
export function coverage(w: Windows): (number | undefined)[][] {
  const count = (size: number, axis: 0 | 1): number =>
    Math.floor((size + 2 * w.padding[axis] - w.kernel[axis]) / w.stride[axis]) + 1
  return grid(count(w.height, 0), count(w.width, 1)).map(([top, left]) =>
    grid(...w.kernel).map(([down, right]) => {
      const row = top * w.stride[0] + down - w.padding[0]
      const column = left * w.stride[1] + right - w.padding[1]
      const inside = row >= 0 && row < w.height && column >= 0 && column < w.width
      return inside ? row * w.width + column : undefined
    }),
  )
}

function grid(rows: number, columns: number): [number, number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns])
}

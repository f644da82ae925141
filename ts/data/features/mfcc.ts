import FFT from 'fft.js'
import { UsageError } from '../../errors.js'
import { fillDerivatives } from './derivatives.js'
import { frameCount, framing, hamming } from './frames.js'
import { melBands, type Band } from './mel.js'
import { featureWidth, type FeatureOptions } from './options.js'

/** The least magnitude of a band before its logarithm: 1 in samples of 16 bits. */
const FLOOR = 2 ** -15

/** What of the package is used; its own types say nothing. */
interface Fourier {
  /** `out` [size, interleaved re and im] gets the first half of the spectrum of `input` [size]. */
  readonly realTransform: (out: Float64Array, input: Float64Array) => void
}

/**
 * Mel-frequency cepstral coefficients and their derivatives. `mfcc(rate, options)` gives a function
 * from samples (±1 at full scale) to [frames × width], row-major; a frame is wherever its whole
 * window fits. Throws `UsageError` where options do not go with each other or with the rate in Hz.
 *
 * The signal is pre-emphasised as a whole, what is before it being its first sample; each frame is
 * taken under a symmetric Hamming window, filled up with zeros to a power of two, transformed,
 * summed in bands, and its natural logarithm by an orthonormal DCT-II made cepstra.
 */
export function mfcc(
  rate: number,
  options: FeatureOptions,
): (samples: Float32Array) => Float32Array {
  const { bands: count, coefficients, power, lowHz, highHz = rate / 2, preEmphasis } = options
  if (coefficients > count) {
    throw new UsageError(`coefficients ${coefficients} are more than the ${count} bands`)
  }
  const frames = framing(rate, options)
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(frames.window)))
  const window = hamming(frames.window)
  const bands = melBands(count, lowHz, highHz, rate, size)
  const basis = cosines(options)
  const fourier = new FFT(size) as unknown as Fourier
  const input = new Float64Array(size)
  const spectrum = new Float64Array(2 * size)
  const logs = new Float64Array(count)
  const width = featureWidth(options)

  return (samples) => {
    const values = new Float64Array(frameCount(samples.length, frames) * width)
    for (let row = 0, start = 0; row < values.length; row += width, start += frames.hop) {
      for (let i = 0; i < frames.window; i++) {
        const sample = samples[start + i] ?? 0
        const before = samples[Math.max(0, start + i - 1)] ?? 0
        input[i] = (window[i] ?? 0) * (sample - preEmphasis * before)
      }
      fourier.realTransform(spectrum, input)
      logBands(logs, spectrum, bands, power)
      for (let n = 0; n < coefficients; n++) {
        values[row + n] = dot(basis, n * count, logs)
      }
    }
    fillDerivatives(values, width, coefficients)
    return Float32Array.from(values)
  }
}

function logBands(
  logs: Float64Array,
  spectrum: Float64Array,
  bands: readonly Band[],
  power: 1 | 2,
): void {
  // The two halves of a number that was read already are overwritten by its magnitude.
  for (let bin = 0; bin < spectrum.length / 4; bin++) {
    const square = (spectrum[2 * bin] ?? 0) ** 2 + (spectrum[2 * bin + 1] ?? 0) ** 2
    spectrum[bin] = power === 1 ? Math.sqrt(square) : square
  }
  bands.forEach(({ start, weights }, band) => {
    logs[band] = Math.log(Math.max(FLOOR ** power, dot(spectrum, start, weights)))
  })
}

/** The sum of products of `factors` and as many of `values` from `start` on. */
function dot(values: Float64Array, start: number, factors: Float64Array): number {
  let sum = 0
  for (let i = 0; i < factors.length; i++) sum += (values[start + i] ?? 0) * (factors[i] ?? 0)
  return sum
}

/** The orthonormal DCT-II, with the lifter, [coefficients × bands]. */
function cosines({ coefficients, bands, lifter }: FeatureOptions): Float64Array {
  return Float64Array.from({ length: coefficients * bands }, (_, index) => {
    const n = Math.floor(index / bands)
    const scale = Math.sqrt((n === 0 ? 1 : 2) / bands)
    const lifted = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * (n + 1)) / lifter)
    return lifted * scale * Math.cos((Math.PI * n * ((index % bands) + 0.5)) / bands)
  })
}

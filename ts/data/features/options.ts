import * as v from 'valibot'
import { isNot, oneOf, single, told, whole } from '../../values.js'

const hertz = (wanted: string, least: number) =>
  single(wanted, (value) => value >= least && value <= 1e6)

/** Options of features, for the options of a set; their defaults are what HTK's users take. */
export const featureOptions = {
  windowMs: told(
    v.optional(
      single('milliseconds above 0, at most 1,000', (ms) => ms > 0 && ms <= 1000),
      25,
    ),
    '<ms>',
    'length of a frame, under a Hamming window',
  ),
  hopMs: told(
    v.optional(
      single('milliseconds above 0, at most 1,000', (ms) => ms > 0 && ms <= 1000),
      10,
    ),
    '<ms>',
    "from a frame's start to the next one's",
  ),
  preEmphasis: told(
    v.optional(
      single('a number from 0 to below 1', (k) => k >= 0 && k < 1),
      0.97,
    ),
    '<k>',
    'x[i] − k · x[i − 1] takes the place of x[i]',
  ),
  power: told(
    v.optional(v.picklist([1, 2], isNot('1 or 2')), 1),
    '<1|2>',
    'of the spectrum that bands sum: 1 its magnitude, 2 its power',
  ),
  bands: told(v.optional(whole(1, 200), 26), '<n>', 'triangles, evenly apart in mel'),
  lowHz: told(
    v.optional(hertz('a frequency from 0 Hz', 0), 0),
    '<Hz>',
    "where the lowest band's triangle starts",
  ),
  highHz: told(
    v.optional(hertz('a frequency from 1 Hz', 1)),
    '<Hz>',
    "where the highest band's triangle ends; half the sampling rate unless told",
  ),
  coefficients: told(
    v.optional(whole(1, 200), 13),
    '<n>',
    'cepstral coefficients, the 0th among them',
  ),
  lifter: told(
    v.optional(whole(0, 1000), 22),
    '<L>',
    'coefficient n times 1 + L/2 · sin(π (n + 1) / L); 0 leaves them',
  ),
  derivatives: told(
    v.optional(whole(0, 2), 2),
    '<0–2>',
    'how many derivatives follow the coefficients, each over two frames to both sides',
  ),
} as const

const schema = v.strictObject(featureOptions)

/** How frames become numbers. */
export type FeatureOptions = Readonly<v.InferOutput<typeof schema>>

/** How they do unless told. */
export const usualFeatures: FeatureOptions = v.parse(schema, {})

/** What the columns of features are standardised on. */
export const normalise = told(
  v.optional(oneOf(['global', 'speaker', 'none']), 'global'),
  '<global|speaker|none>',
  'mean 0 and deviation 1 of each input over all training frames, or over each speaker’s own',
)

/** Numbers of a frame. */
export const featureWidth = ({ coefficients, derivatives }: FeatureOptions): number =>
  coefficients * (1 + derivatives)

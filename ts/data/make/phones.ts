import type { Draws } from './random.js'

/** How a phone sounds. */
export interface Sound {
  /** Resonances in Hz of a man's mouth. */
  readonly formants: readonly [number, number, number]
  /** Of the voice and of noise, where 1 is a vowel's. */
  readonly voice: number
  readonly noise: number
  /** The shortest and the longest it may be. */
  readonly ms: readonly [number, number]
}

type Formants = Sound['formants']

const vowel = (...formants: Formants): Sound => ({ formants, voice: 1, noise: 0.02, ms: [60, 180] })
const nasal = (...formants: Formants): Sound => ({ formants, voice: 0.35, noise: 0, ms: [40, 100] })
const glide = (...formants: Formants): Sound => ({
  formants,
  voice: 0.6,
  noise: 0.01,
  ms: [40, 90],
})
const hiss = (noise: number, voice: number, ...formants: Formants): Sound => ({
  formants,
  voice,
  noise,
  ms: [60, 140],
})
const burst = (voice: number, ...formants: Formants): Sound => ({
  formants,
  voice,
  noise: 0.6,
  ms: [15, 60],
})
const quiet = (shortest: number, longest: number): Sound => ({
  formants: [500, 1500, 2500],
  voice: 0,
  noise: 0.004,
  ms: [shortest, longest],
})

/** Vowels are those of men as Peterson and Barney (1952) measured them. */
export const sounds: Readonly<Record<string, Sound>> = {
  iy: vowel(270, 2290, 3010),
  ih: vowel(390, 1990, 2550),
  eh: vowel(530, 1840, 2480),
  ae: vowel(660, 1720, 2410),
  ah: vowel(640, 1190, 2390),
  aa: vowel(730, 1090, 2440),
  uh: vowel(440, 1020, 2240),
  uw: vowel(300, 870, 2240),
  er: vowel(490, 1350, 1690),
  m: nasal(250, 1000, 2200),
  n: nasal(250, 1500, 2500),
  ng: nasal(250, 2000, 2700),
  l: glide(360, 1100, 2600),
  r: glide(350, 1100, 1500),
  w: glide(300, 650, 2200),
  y: glide(280, 2200, 3000),
  hh: hiss(0.15, 0, 500, 1500, 2500),
  s: hiss(0.5, 0, 4500, 5800, 7000),
  sh: hiss(0.5, 0, 2500, 3800, 5500),
  f: hiss(0.15, 0, 1500, 4500, 7000),
  th: hiss(0.12, 0, 1400, 5500, 7200),
  z: hiss(0.35, 0.2, 250, 4500, 5800),
  v: hiss(0.1, 0.3, 250, 1400, 4500),
  dh: hiss(0.08, 0.35, 270, 1500, 5500),
  ch: hiss(0.6, 0, 2600, 3600, 5000),
  jh: hiss(0.4, 0.15, 250, 2600, 3600),
  p: burst(0, 700, 1500, 2600),
  t: burst(0, 3500, 4800, 6000),
  k: burst(0, 1600, 2400, 4000),
  b: burst(0.3, 300, 900, 2200),
  d: burst(0.3, 300, 3000, 4200),
  g: burst(0.3, 300, 1700, 2400),
  pcl: quiet(30, 90),
  tcl: quiet(30, 90),
  kcl: quiet(30, 90),
  bcl: quiet(30, 90),
  dcl: quiet(30, 90),
  gcl: quiet(30, 90),
  pau: quiet(50, 150),
  'h#': quiet(100, 250),
}

const vowels = ['iy', 'ih', 'eh', 'ae', 'ah', 'aa', 'uh', 'uw', 'er']
const stops = ['p', 't', 'k', 'b', 'd', 'g']
const fricatives = ['s', 'sh', 'f', 'th', 'z', 'v', 'dh', 'ch', 'jh']
const nasals = ['m', 'n', 'ng']
const glides = ['l', 'r', 'w', 'y', 'hh']

/** A sentence of 6 to 12 syllables, most with a consonant before the vowel, half with one after. */
export function drawSentence(draws: Draws): string[] {
  const one = (of: readonly string[]): string => of[Math.floor(draws.between(0, of.length))] ?? ''
  const consonant = (weights: readonly number[]): string[] => {
    const kind = [stops, fricatives, nasals, glides][draws.weighted(weights)]
    if (kind === undefined) return []
    const phone = one(kind)
    return kind === stops ? [`${phone}cl`, phone] : [phone]
  }
  const phones = ['h#']
  for (let left = Math.floor(draws.between(6, 13)); left > 0; left--) {
    phones.push(...consonant([35, 25, 12, 13, 15]), one(vowels), ...consonant([15, 20, 15, 0, 50]))
    if (draws.between(0, 1) < 0.1) phones.push('pau')
  }
  return [...phones, 'h#']
}

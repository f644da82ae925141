import type { Segment } from '../audio/phn.js'
import { sounds, type Sound } from './phones.js'
import type { Draws } from './random.js'

/** Hz. */
export const RATE = 16_000

/** How someone speaks. */
export interface Voice {
  /** Hz. */
  readonly pitch: number
  /** What a man's formants are multiplied by: a shorter mouth sounds higher. */
  readonly mouth: number
  /** What durations are multiplied by. */
  readonly pace: number
}

export function drawVoice(woman: boolean, draws: Draws): Voice {
  return {
    pitch: (woman ? 205 : 115) * draws.between(0.85, 1.15),
    mouth: (woman ? 1.15 : 1) * draws.between(0.94, 1.06),
    pace: draws.between(0.85, 1.2),
  }
}

/** The mouth moves once in so many samples, this share of the way that is left. */
const [STEP, GLIDE] = [80, 0.35]

const BANDWIDTHS = [70, 100, 160]

/** Of full scale, for the voice at its loudest. */
const LOUDNESS = 0.12

/**
 * Speaks phones: pulses and noise through three resonances side by side, which glide from one phone
 * to the next as a mouth moves. Gives samples of 16 bits, and the segments as they were meant.
 */
export function speak(
  phones: readonly string[],
  voice: Voice,
  draws: Draws,
): { readonly samples: Int16Array; readonly segments: Segment[] } {
  const segments = layOut(phones, voice, draws)
  const samples = new Int16Array(segments.at(-1)?.end ?? 0)
  const mouth = new Mouth(voice, draws)
  for (const { begin, end, label } of segments) {
    const sound = sounds[label]
    if (sound === undefined) continue
    for (let i = begin; i < end; i++) {
      if ((i - begin) % STEP === 0) mouth.move(sound)
      samples[i] = Math.max(-32768, Math.min(32767, Math.round(32768 * LOUDNESS * mouth.next())))
    }
  }
  return { samples, segments }
}

function layOut(phones: readonly string[], { pace }: Voice, draws: Draws): Segment[] {
  let end = 0
  return phones.map((label) => {
    const [shortest, longest] = sounds[label]?.ms ?? [0, 0]
    const begin = end
    end += Math.round((RATE / 1000) * pace * draws.between(shortest, longest))
    return { begin, end, label }
  })
}

/** What makes one sample after the other. */
class Mouth {
  readonly #voice: Voice
  readonly #draws: Draws
  readonly #formants = [500, 1500, 2500]
  #volume = { voice: 0, noise: 0 }
  /** Of each resonance: gain, both feedbacks, both samples before. */
  readonly #resonances = BANDWIDTHS.map(() => new Float64Array(5))
  /** Of a pulse, 0 to 1. */
  #phase = 0
  #pitch: number

  constructor(voice: Voice, draws: Draws) {
    this.#voice = voice
    this.#draws = draws
    this.#pitch = voice.pitch
  }

  move({ formants, voice, noise }: Sound): void {
    const toward = (from: number, to: number): number => from + GLIDE * (to - from)
    const { voice: loud, noise: rough } = this.#volume
    this.#volume = { voice: toward(loud, voice), noise: toward(rough, noise) }
    this.#pitch = toward(this.#pitch, this.#voice.pitch * this.#draws.between(0.9, 1.1))
    this.#resonances.forEach((resonance, k) => {
      const wanted = Math.min(7600, (formants[k] ?? 0) * this.#voice.mouth)
      const hertz = toward(this.#formants[k] ?? 0, wanted)
      this.#formants[k] = hertz
      const radius = Math.exp((-Math.PI * (BANDWIDTHS[k] ?? 0)) / RATE)
      const angle = (2 * Math.PI * hertz) / RATE
      // So that each resonance lets its own frequency through as it is.
      resonance[0] = (1 - radius) * Math.sqrt(1 - 2 * radius * Math.cos(2 * angle) + radius ** 2)
      resonance[1] = 2 * radius * Math.cos(angle)
      resonance[2] = -(radius ** 2)
    })
  }

  next(): number {
    this.#phase += this.#pitch / RATE
    const pulse = this.#phase >= 1 ? 30 : 0
    this.#phase %= 1
    const { voice, noise } = this.#volume
    const input = voice * pulse + 6 * noise * this.#draws.between(-1, 1)
    let sum = 0
    for (const resonance of this.#resonances) {
      const [gain = 0, first = 0, second = 0, last = 0, before = 0] = resonance
      const output = gain * input + first * last + second * before
      resonance[4] = last
      resonance[3] = output
      sum += output
    }
    return sum + 0.004 * this.#draws.between(-1, 1)
  }
}

import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FeedalignError, reason } from '../../errors.js'
import { writeSphere } from '../audio/writeSphere.js'
import { frameCount, framing } from '../features/frames.js'
import { usualFeatures } from '../features/options.js'
import { MADE } from '../timit/load.js'
import type { Maker, Making } from './maker.js'
import { drawSentence } from './phones.js'
import { Draws } from './random.js'
import { drawVoice, RATE, speak } from './speech.js'

/** Speakers of TIMIT's training part and of its core test set. */
const [TRAIN, TEST] = [462, 24]

/** What everybody reads: two sentences that all do, then eight of their own. */
const SENTENCES = ['sa1', 'sa2', 'sx1', 'sx2', 'sx3', 'sx4', 'sx5', 'si1', 'si2', 'si3']

/** Places of draws: below, a sentence of its own and its sound; above, what is common to some. */
const COMMON = 2 ** 31

async function make({ examples, folder, seed, signal, onProgress }: Making): Promise<void> {
  if (existsSync(folder)) throw new FeedalignError(`${folder}: is there already`)
  const making = `${folder}.part`
  const test = Math.max(1, Math.round((examples * TEST) / TRAIN))
  const wanted = [
    { part: 'TEST', frames: test, before: 0 },
    { part: 'TRAIN', frames: examples, before: test },
  ]
  try {
    await rm(making, { recursive: true, force: true })
    let speaker = 0
    for (const { part, frames, before } of wanted) {
      for (let done = 0; done < frames; speaker++) {
        signal?.throwIfAborted()
        done += await readAloud(join(making, part), speaker, seed)
        onProgress?.(before + Math.min(done, frames), test + examples)
      }
    }
    await rename(making, folder)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    if (error instanceof FeedalignError || signal?.aborted === true) throw error
    throw new FeedalignError(`${folder}: ${reason(error)}`)
  }
}

/** Writes all sentences of a speaker; gives the frames of those that are trained or tested on. */
async function readAloud(folder: string, speaker: number, seed: number): Promise<number> {
  const woman = speaker % 2 === 1
  const voice = drawVoice(woman, new Draws(seed, COMMON + SENTENCES.length + speaker))
  let frames = 0
  for (const [index, sentence] of SENTENCES.entries()) {
    const common = sentence.startsWith('sa')
    const own = new Draws(seed, speaker * SENTENCES.length + index)
    const phones = drawSentence(common ? new Draws(seed, COMMON + index) : own)
    const { samples, segments } = speak(phones, voice, own)
    const name = `DR${(speaker % 8) + 1}/${nameOf(speaker, woman)}/${sentence}`
    const path = join(folder, name.toUpperCase())
    const lines = segments.map(({ begin, end, label }) => `${begin} ${end} ${label}\n`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.WAV`, writeSphere(samples, RATE, MADE))
    await writeFile(`${path}.PHN`, lines)
    if (!common) frames += frameCount(samples.length, framing(RATE, usualFeatures))
  }
  return frames
}

/** As TIMIT names speakers: sex, three letters, a digit. */
function nameOf(speaker: number, woman: boolean): string {
  const letter = (place: number): string =>
    String.fromCharCode(97 + (Math.floor(speaker / 26 ** place) % 26))
  return `${woman ? 'f' : 'm'}${letter(2)}${letter(1)}${letter(0)}${Math.floor(speaker / 26 ** 3)}`
}

export const timitLike: Maker = {
  name: MADE,
  title: "speech-like sound in TIMIT's format: SPHERE and .phn files of frames by the speaker",
  make,
}

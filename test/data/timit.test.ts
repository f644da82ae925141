import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseAudio } from '../../ts/data/audio/audio.js'
import { datasets, type Loaded } from '../../ts/data/sets/index.js'
import { timit, timitLike } from '../../ts/data/sets/timit.js'
import { split } from '../../ts/data/split.js'
import { coreTestSpeakers } from '../../ts/data/timit/corpus.js'
import { labelFrames } from '../../ts/data/timit/label.js'
import { classes, classOf, phoneMap } from '../../ts/data/timit/phones.js'
import { folderWithCache, writeCorpus, writeSample, writeUtterance } from './timitFiles.js'

let folder: string

beforeEach(() => {
  folder = folderWithCache()
})

/** Speakers by number. */
const speakers = ({ train, test }: Loaded) => ({
  train: new Set(train.groups),
  test: new Set(test.groups),
})

test('61 phones are folded into 39 and these into six classes; the glottal stop is left out', () => {
  expect(classOf.size).toBe(61)
  expect(Object.values(classes).flatMap((folded) => Object.keys(folded))).toHaveLength(39)
  expect(phoneMap()[1]).toEqual({
    label: 0,
    class: 'vowels and diphthongs',
    phone: 'ih',
    from: ['ih', 'ix'],
  })
  expect(new Set(classOf.values())).toEqual(new Set([0, 1, 2, 3, 4, 5, undefined]))
  expect(['iy', 'dx', 'zh', 'nx', 'hv', 'gcl', 'q'].map((phone) => classOf.get(phone))).toEqual([
    0,
    1,
    2,
    3,
    4,
    5,
    undefined,
  ])
})

test("a frame's label is that of the phone at its centre", () => {
  const segments = [
    { begin: 100, end: 300, label: 'h#' },
    { begin: 300, end: 361, label: 'iy' },
    { begin: 361, end: 600, label: 'q' },
    { begin: 600, end: 700, label: 's' },
  ]
  const labels = labelFrames(segments, 5, { window: 400, hop: 160 })
  expect(labels).toEqual([5, 0, undefined, 2, undefined])
})

describe('of the full corpus', () => {
  const train = ['fcjf0', 'mabc0', 'mabc1']
  const others = ['maaa0', 'faaa0']

  test('all of TRAIN and the core test set are taken, without sentences that all read', async () => {
    writeCorpus(folder, train, [...coreTestSpeakers, ...others])
    const loaded = await timit.load({ dataDir: folder })
    expect(loaded).toMatchObject({ name: 'timit', sample: false })
    expect(loaded.about).toMatchObject({
      utterances: 58,
      segments: 290,
      labels: 5,
      speakers: 29,
      trainSpeakers: 3,
      testSpeakers: 24,
    })
    // Of 48 frames of an utterance ten are of a glottal stop.
    expect([loaded.train.count, loaded.test.count]).toEqual([3 * 38, 24 * 38])
  })

  test('upper case, and a folder TIMIT around it, change nothing', async () => {
    writeCorpus(join(folder, 'lower'), train, [...coreTestSpeakers])
    const lower = await timit.load({ dataDir: join(folder, 'lower') })
    for (const speaker of train) {
      const place = join(folder, 'lower/train')
      const region = `dr${train.indexOf(speaker) + 1}`
      for (const name of ['sa1', 'sx1']) {
        for (const end of ['wav', 'phn']) {
          const path = join(place, region, speaker, name)
          renameSync(
            `${path}.${end}`,
            `${path}.${end}`.replace(/\w+\.\w+$/, (x) => x.toUpperCase()),
          )
        }
      }
      renameSync(join(place, region, speaker), join(place, region, speaker.toUpperCase()))
      renameSync(join(place, region), join(place, region.toUpperCase()))
    }
    renameSync(join(folder, 'lower/train'), join(folder, 'lower/TRAIN'))
    renameSync(join(folder, 'lower'), join(folder, 'TIMIT'))
    expect(await timit.load({ dataDir: folder })).toEqual(lower)
  })

  test('a core test set that lacks speakers is refused', async () => {
    writeCorpus(folder, train, [...coreTestSpeakers].slice(2))
    await expect(timit.load({ dataDir: folder })).rejects.toThrow(
      `${folder}: no mdab0, mwbt0 of the core test set`,
    )
  })
})

describe('of a sample', () => {
  beforeEach(() => {
    writeSample(folder)
  })

  const load = (options: Parameters<typeof datasets.timit>[0] = {}): Promise<Loaded> =>
    datasets.timit({ dir: folder, ...options })

  test('regions 1 to 6 are trained on, 7 and 8 tested on, and no speaker is in both', async () => {
    const loaded = await load()
    expect(loaded.sample).toBe(true)
    const { train, test: tested } = speakers(loaded)
    expect([train.size, tested.size]).toEqual([6, 2])
    expect([...train].filter((speaker) => tested.has(speaker))).toEqual([])
    expect(loaded.about).toMatchObject({ utterances: 24, speakers: 8, trainSpeakers: 6 })
  })

  test('a validation set takes speakers whole', async () => {
    const { train } = await load()
    const { train: rest, validation } = split(train, 0.3, 1)
    const of = (examples: Uint32Array) =>
      new Set(Array.from(examples, (example) => train.groups?.[example]))
    expect(of(validation).size).toBe(2)
    expect([...of(validation)].filter((speaker) => of(rest).has(speaker))).toEqual([])
  })

  for (const normalise of ['global', 'speaker', 'none'] as const) {
    test(`what is tested on moves no training input (${normalise})`, async () => {
      const before = await load({ normalise })
      writeUtterance(folder, 'dr7-maaa7/sx1', { seed: 99, labels: ['h#', 's', 's'] })
      const after = await load({ normalise })
      expect(after.train).toEqual(before.train)
      expect(after.test).not.toEqual(before.test)
    })
  }

  test('training inputs have mean 0 and deviation 1, under `speaker` of each speaker', async () => {
    const columns = (inputs: Loaded['train'], speaker?: number): number[][] => {
      const rows = Array.from({ length: inputs.count }, (_, i) => i)
      const some = rows.filter((i) => speaker === undefined || inputs.groups?.[i] === speaker)
      const mean = (of: (value: number) => number): number[] =>
        Array.from({ length: 39 }, (_, column) =>
          some.reduce((sum, i) => sum + of(inputs.inputs[i * 39 + column] ?? NaN) / some.length, 0),
        )
      return [mean((value) => value), mean((value) => value ** 2)]
    }
    const expected = [new Array(39).fill(0), new Array(39).fill(1)].map((row: number[]) =>
      row.map((value) => expect.closeTo(value, 5) as number),
    )
    expect(columns((await load()).train)).toEqual(expected)
    const { train, test: tested } = await load({ normalise: 'speaker' })
    expect(columns(train, train.groups?.[0])).toEqual(expected)
    expect(columns(tested, tested.groups?.[0])).toEqual(expected)
  })

  test('frames are thinned evenly to as many as are wanted', async () => {
    const all = await load({ normalise: 'none' })
    const some = await load({ normalise: 'none', trainFrames: all.train.count / 2, testFrames: 10 })
    expect([some.train.count, some.test.count]).toEqual([all.train.count / 2, 10])
    const third = all.train.inputs.subarray(2 * 39, 3 * 39)
    expect(some.train.inputs.subarray(39, 2 * 39)).toEqual(third)
    await expect(load({ testFrames: 9999 })).rejects.toThrow(
      `testFrames: 9999 is more than the ${all.test.count} there are`,
    )
  })

  test('options change what frames are like', async () => {
    const { train } = await load({ derivatives: 0, coefficients: 10, bands: 40, hopMs: 20 })
    expect(train.shape).toEqual([10])
    await expect(timit.load({ dataDir: folder, options: { band: 1 } })).rejects.toThrow(
      'band: timit has no such option; did you mean "bands"?',
    )
  })

  test('a file that is not as TIMIT’s are is named', async () => {
    const path = join(folder, 'dr2-maaa2/si1')
    const refused = async (message: string): Promise<void> => {
      await expect(load()).rejects.toThrow(message)
    }
    writeUtterance(folder, 'dr2-maaa2/si1', { labels: ['h#', 'xx'] })
    await refused(`${path}.phn: line 2: "xx" is none of TIMIT's 61 phones`)
    writeFileSync(`${path}.phn`, '0 1 h#\n')
    const slow = readFileSync(`${path}.wav`).toString('latin1').replace('16000', '08000')
    writeFileSync(`${path}.wav`, slow, 'latin1')
    await refused(`${path}.wav: 1 channels at 8000 Hz, expected 1 at 16000`)
    writeFileSync(`${path}.wav`, 'RIFF')
    await refused(`${path}.wav: offset 0: "RIFF" starts neither a RIFF WAV nor a NIST SPHERE file`)
    rmSync(`${path}.phn`)
    await refused(`${path}.wav: no .phn beside it`)
  })

  test('what is made is never taken for TIMIT, nor the other way round', async () => {
    await expect(timitLike.load({ dataDir: folder })).rejects.toThrow('is not made by')
    writeUtterance(folder, 'dr1-maaa1/si1', { database: 'timit-like' })
    await expect(load()).rejects.toThrow('is made; take it as --data timit-like')
  })
})

test('where there is no corpus, the error says what tells how to get it', async () => {
  await expect(timit.load({ dataDir: folder })).rejects.toThrow(
    `no timit in ${folder}; see \`feedalign data fetch timit\``,
  )
})

const real = join(process.env['FEEDALIGN_DATA'] ?? '', 'timit-sample')

describe.skipIf(!existsSync(real))("TIMIT's sample", () => {
  test('has all its utterances, segments, labels and speakers', { timeout: 60_000 }, async () => {
    const loaded = await datasets.timit({ dir: real })
    expect(loaded.about).toMatchObject({
      utterances: 160,
      segments: 6185,
      labels: 61,
      speakers: 16,
      leftOut: ['q'],
      trainSpeakers: 12,
      testSpeakers: 4,
    })
    expect([loaded.train.count, loaded.test.count]).toEqual([28_723, 9402])
  })

  test('has a SPHERE file as long as its transcription says', () => {
    const path = join(real, 'dr1-fvmh0/si836')
    const { samples } = parseAudio(readFileSync(`${path}.wav`), path)
    const [first, end] = readFileSync(`${path}.txt`, 'utf8').split(' ')
    expect([Number(first), Number(end)]).toEqual([0, samples.length])
  })
})

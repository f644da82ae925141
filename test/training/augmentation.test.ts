import { describe, expect, test } from 'vitest'
import { dataset } from '../../ts/data/examples.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { parseAugmentation, type Augmentation } from '../../ts/training/augmentation.js'
import type { EpochEvent } from '../../ts/training/events.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { temporaryFolder } from '../folders.js'
import { finish, smallFit, values } from './small.js'

/** Everything that there is, and the notation of it. */
const TEXT = 'shift=1,crop=1,rotation=20,zoom=0.1,shear=10,elastic=0.5:2'
const all: Augmentation = {
  ...{ shift: 1, crop: 1, rotation: 20, zoom: 0.1, shear: 10 },
  elastic: { amplitude: 0.5, smoothness: 2 },
}

/** 40 images of 6 × 5, or so many copies of the first one. */
function images({ shape = [6, 5], copies = 0 } = {}) {
  const [count, raw] = [copies || 40, values(40 * 30)]
  const inputs = Float32Array.from({ length: count * 30 }, (_, i) => raw[copies ? i % 30 : i] ?? 0)
  const targets = Uint32Array.from({ length: count }, (_, i) => (copies ? 0 : i % 4))
  return dataset({ inputs, shape, targets, classes: 4 })
}

const options = (changes: Partial<FitOptions> = {}): FitOptions =>
  smallFit({ network: parseNetwork('30-20-4'), data: images(), epochs: 3, ...changes })

/** The epochs of a network that never learns, whose loss tells what it was shown. */
async function watched(changes: Partial<FitOptions>): Promise<EpochEvent[]> {
  const freeze = [0, 1].map((block) => ({ block, first: 1, last: Infinity }))
  const epochs: EpochEvent[] = []
  for await (const event of fit(options({ freeze, inputScaling: 'unit', ...changes }))) {
    if (event.event === 'epoch' && event.epoch > 0) epochs.push(event)
  }
  return epochs
}

/** Rounded, as the order of examples shows in the last bit of a sum. */
const losses = async (changes: Partial<FitOptions>): Promise<(string | undefined)[]> =>
  (await watched(changes)).map(({ trainLoss }) => trainLoss?.toFixed(9))

describe('training on distorted images ends with the same bits', () => {
  test('for any number of threads, and with others than on the images as they are', async () => {
    const hashes: string[] = []
    for (const threads of [1, 2, 3])
      hashes.push(await finish(fit(options({ threads, augment: all }))))
    expect(new Set(hashes).size).toBe(1)
    expect(await finish(fit(options()))).not.toBe(hashes[0])
  })

  test('where it was stopped within an epoch and resumed', async () => {
    const checkpoints = temporaryFolder()
    for await (const event of fit(options({ augment: all, checkpoints }))) {
      if (event.event === 'progress' && event.epoch === 2) break
    }
    const resumed = options({ augment: all, checkpoints, resume: true })
    expect(await finish(fit(resumed))).toBe(await finish(fit(options({ augment: all }))))
  })

  test('where the two dimensions are the network’s, not the data’s', async () => {
    const flat = images({ shape: [30] })
    const network = parseNetwork('6x5-20-4')
    const hash = await finish(fit(options({ data: flat, network, augment: all })))
    expect(hash).toBe(await finish(fit(options({ augment: all }))))
  })
})

describe('an image is distorted', () => {
  for (const text of [...TEXT.split(','), TEXT]) {
    test(`anew in each epoch by ${text}`, async () => {
      expect(new Set(await losses({})).size).toBe(1)
      expect(new Set(await losses({ augment: parseAugmentation(text) })).size).toBe(3)
    })
  }

  test('otherwise than its copy', async () => {
    const [one, two] = [1, 2].map((copies) => images({ copies }))
    if (one === undefined || two === undefined) throw new Error('unreachable')
    expect(await losses({ data: one })).toEqual(await losses({ data: two }))
    const [alone] = await losses({ data: one, augment: all })
    const [both] = await losses({ data: two, augment: all })
    expect(alone).not.toBe(both)
  })

  test('in training alone: errors and angles are measured on it as it is', async () => {
    const told = ({ validationError, testError, angles }: EpochEvent) => [
      validationError,
      testError,
      ...angles,
    ]
    const changes = { validation: 0.25, test: images() }
    const plain = await watched(changes)
    expect((await watched({ ...changes, augment: all })).map(told)).toEqual(plain.map(told))
    const run = fit(options({ augment: all }))
    const { phases } = run.model.program
    const gathers = phases.map(({ ops }) => ops.find(({ op }) => op === 'gather'))
    expect(gathers.map((gather) => gather !== undefined && 'augment' in gather)).toEqual([
      ...[true, false, false],
    ])
  })

  test('by nothing where all there may be is nothing', async () => {
    const hash = await finish(fit(options()))
    expect(await finish(fit(options({ augment: {} })))).toBe(hash)
    expect(
      await finish(fit(options({ augment: { shift: 0 }, data: images({ shape: [30] }) }))),
    ).toBe(hash)
  })
})

test('the engine is told each distortion by its own name', () => {
  const { phases } = fit(options({ augment: all })).model.program
  expect(phases[0]?.ops[0]).toMatchObject({
    op: 'gather',
    augment: {
      ...{ height: 6, width: 5, channels: 1, epoch: { knob: 'epoch' } },
      ...{ shift: 1, crop: 1, rotation: 20, zoom: 0.1, shear: 10, elastic: [0.5, 2] },
    },
  })
})

test('the notation names each distortion and how far it may go', () => {
  expect(parseAugmentation(TEXT)).toEqual(all)
  expect(parseAugmentation(TEXT.replaceAll(',', ', '))).toEqual(all)
  expect(parseAugmentation('')).toEqual({})
})

test('a checkpoint of another augmentation is refused', async () => {
  const checkpoints = temporaryFolder()
  await finish(fit(options({ augment: all, checkpoints, epochs: 1 })))
  const other = fit(options({ checkpoints, resume: true }))
  await expect(finish(other)).rejects.toThrow(/another network, rule or setting/)
})

const bad: readonly [string, string][] = [
  ['shift', '"shift" is not shift=NUMBER; distortions are like shift=2,rotation=10,elastic=1:4'],
  ['shift=', '"shift=" is not shift=NUMBER'],
  ['shift=two', '"shift=two" is not shift=NUMBER'],
  ['shift=1:2', '"shift=1:2" is not shift=NUMBER'],
  ['elastic=8', '"elastic=8" is not elastic=AMPLITUDE:SMOOTHNESS'],
  ['shift=2=3', '"shift=2=3" has a second "="; put commas between, as shift=2,rotation=10'],
  ['shift=2,crop=1,shift=1', '"shift=2,crop=1,shift=1" has shift twice; give it once'],
  ['rotate=10', 'augment has no distortion "rotate"; did you mean "rotation"?'],
  ['rotate=', 'augment has no distortion "rotate"; did you mean "rotation"?'],
  ['=1', 'augment has no distortion ""'],
  ['shift=-1', 'augment.shift -1 is not a number from 0 to 65535, pixels'],
  ['shift=Infinity', 'augment.shift Infinity is not a number from 0 to 65535, pixels'],
  ['crop=1.5', 'augment.crop 1.5 is not a whole number; shift may be any'],
  ['rotation=200', 'augment.rotation 200 is not a number from 0 to 180, degrees'],
  ['zoom=1', 'augment.zoom 1 is not a number from 0 to 0.95, as a share of the size'],
  ['shear=81', 'augment.shear 81 is not a number from 0 to 80, degrees'],
  ['elastic=-1:4', 'augment.elastic.amplitude -1 is not a number from 0 to 65535, pixels'],
  ['elastic=1:0.1', 'augment.elastic.smoothness 0.1 is not a number from 0.5 to 65535, pixels'],
]

for (const [text, message] of bad) {
  test(`${JSON.stringify(text)} is refused with what is wrong and the cure`, () => {
    expect(() => parseAugmentation(text)).toThrow(UsageError)
    expect(() => parseAugmentation(text)).toThrow(message)
  })
}

test('fit refuses what the notation does, and NaN', () => {
  expect(() => fit(options({ augment: { zoom: 1 } }))).toThrow('augment.zoom 1 is not a number')
  expect(() => fit(options({ augment: { shift: NaN } }))).toThrow('augment.shift NaN is not')
  const typo = { rotate: 1 } as Augmentation
  expect(() => fit(options({ augment: typo }))).toThrow('did you mean "rotation"?')
})

test('examples without two dimensions are refused with the cure', () => {
  const flat = options({ data: images({ shape: [30] }), augment: all })
  expect(() => fit(flat)).toThrow(UsageError)
  expect(() => fit(flat)).toThrow(
    "augment distorts images, and the data's examples are 30 inputs in a row; give the data its " +
      'shape, [height, width] or [height, width, channels], or begin the network with its layout',
  )
})

test('a shift that moves images out of sight is refused', () => {
  for (const augment of [{ shift: 6 }, { crop: 6 }]) {
    const [name] = Object.keys(augment)
    expect(() => fit(options({ augment }))).toThrow(
      `augment.${name} 6 would leave nothing of images of 6 × 5; let it be below 6`,
    )
  }
})

import { describe, expect, test } from 'vitest'
import { rules } from '../../ts/rules/index.js'
import { fit, type FitOptions } from '../../ts/training/fit.js'
import { parseFreeze } from '../../ts/training/freezing.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { temporaryFolder } from '../folders.js'
import { finish, smallFit } from './small.js'

/**
 * For each epoch's end, 0 being before training: block by block, whether it moved in that epoch.
 */
async function moved(changes: Partial<FitOptions>): Promise<boolean[][]> {
  const run = fit(smallFit(changes))
  const states: string[][] = []
  for await (const { event } of run) {
    if (event !== 'epoch') continue
    const names = run.model.program.tensors.filter(
      ({ role }) => !['rows', 'labels', 'scratch'].includes(role),
    )
    states.push(
      [0, 1, 2].map((block) =>
        names
          .filter(({ name, role }) => role !== 'feedback' && name.startsWith(`blocks.${block}.`))
          .map(({ name }) => Buffer.from(run.model.read(name).data.buffer).toString('base64'))
          .join(),
      ),
    )
  }
  return states.slice(1).map((now, epoch) => now.map((one, i) => one !== states[epoch]?.[i]))
}

describe('a block that is held', () => {
  for (const [name, optimizer] of [
    ['momentum', optimizers.sgd({ learningRate: 0.1, momentum: 0.5 })],
    ['AdamW', optimizers.adamw({ learningRate: 0.01 })],
  ] as const) {
    test(`keeps every byte of its own and of ${name}'s, and the others learn`, async () => {
      const freeze = parseFreeze('0:1-2,1:3,2:5-')
      expect(await moved({ optimizer, freeze, rule: rules.bp() })).toEqual([
        [false, true, true],
        [false, true, true],
        [true, false, true],
        [true, true, true],
        [true, true, false],
        [true, true, false],
      ])
    })
  }

  test('begins, when it is let go, as if there had been no steps before', async () => {
    const optimizer = optimizers.adam({ learningRate: 0.01 })
    const run = fit(smallFit({ optimizer, freeze: parseFreeze('0:1-2'), epochs: 3 }))
    await finish(run)
    expect(run.model.read('blocks.0.weight.count').data[0]).toBe(10)
    expect(run.model.read('blocks.1.weight.count').data[0]).toBe(30)
  })

  test('is held too in a run that was stopped and resumed', async () => {
    const freeze = parseFreeze('0:2-4,2')
    const whole = await finish(fit(smallFit({ freeze })))
    const checkpoints = temporaryFolder()
    for await (const event of fit(smallFit({ freeze, checkpoints }))) {
      if (event.event === 'progress' && event.epoch === 3) break
    }
    expect(await finish(fit(smallFit({ freeze, checkpoints, resume: true })))).toBe(whole)
    expect(whole).not.toBe(await finish(fit(smallFit())))
  })
})

test('the notation names a block, and the epochs from the first to the last', () => {
  expect(parseFreeze('0:1-5,1:6-')).toEqual([
    { block: 0, first: 1, last: 5 },
    { block: 1, first: 6, last: Infinity },
  ])
  expect(parseFreeze('2')).toEqual([{ block: 2, first: 1, last: Infinity }])
  expect(parseFreeze('2:3')).toEqual([{ block: 2, first: 3, last: 3 }])
  for (const bad of ['', 'a', '0:', '0:0-1', '0:3-2', '0:1-2-3', '0:1,', '-1:1', '0.5']) {
    expect(() => parseFreeze(bad)).toThrow(/is not BLOCK/)
  }
})

test('a block that the network lacks is refused by its number', () => {
  const freeze = parseFreeze('3:1')
  expect(() => fit(smallFit({ freeze }))).toThrow(
    'freeze names block 3; the network has blocks 0 to 2',
  )
})

/** The talk's flow of information: what B knows comes into W through W₀. */
import { expect, test } from 'vitest'
import { rules } from '../../ts/rules/index.js'
import type { EpochEvent } from '../../ts/training/events.js'
import { fit } from '../../ts/training/fit.js'
import { parseFreeze } from '../../ts/training/freezing.js'
import { losses } from '../../ts/training/losses.js'
import { optimizers } from '../../ts/training/optimizers.js'
import { schedules } from '../../ts/training/schedules.js'
import { uniform } from '../reference/philox.js'
import { tensor } from './bridge.js'
import { linearNetwork, linearTask } from './linearTask.js'

const schedule = schedules.constant()

/** The events of six epochs under feedback alignment, some blocks held. */
async function epochs(seed: number, freeze: string): Promise<EpochEvent[]> {
  const run = fit({
    network: linearNetwork,
    rule: rules.fa(),
    loss: losses.mse(),
    optimizer: optimizers.sgd({ learningRate: 1e-4, schedule }),
    data: linearTask(2000),
    inputScaling: 'unit',
    freeze: parseFreeze(freeze),
    epochs: 6,
    batch: 1,
    seed,
    threads: 1,
  })
  // W₀ gives hidden units the variance of the inputs; B is the paper's.
  const reaches = { 'blocks.0.weight': Math.sqrt(3 / 30), 'blocks.1.weight': 0.04 }
  Object.entries({ ...reaches, 'blocks.1.feedback': 0.5 }).forEach(([name, reach], index) => {
    const { rows, columns } = tensor(run.model, name)
    const drawn = uniform({ seed, stream: 'weights', step: 0, index }, rows, columns, reach)
    run.model.write(name, Float32Array.from(drawn.data))
  })
  const all: EpochEvent[] = []
  for await (const event of run) if (event.event === 'epoch') all.push(event)
  run[Symbol.dispose]()
  return all
}

/** Degrees between W and B after an epoch. */
const alignment = (all: readonly EpochEvent[], epoch: number): number =>
  all[epoch]?.blocks[1]?.weightAngle ?? NaN

test.each([1, 2, 3])(
  'W₀ takes up B while W is held, and W then turns to B, seed %i',
  async (seed) => {
    const inTurn = await epochs(seed, '1:1-5,0:6-')
    const [before, between, after] = [0, 5, 6].map((epoch) => alignment(inTurn, epoch))
    expect(Math.abs((before ?? NaN) - 90)).toBeLessThan(15)
    // What W₀ learned has changed nothing about W.
    expect(between).toBe(before)
    expect(after).toBeLessThan(50)
    expect(inTurn[6]?.angles[0]).toBeLessThan(50)
  },
)

test.each([1, 2, 3])('W learns without W₀, but nothing of B, seed %i', async (seed) => {
  const alone = await epochs(seed, '0')
  expect(alone[6]?.trainLoss).toBeLessThan(0.7 * (alone[1]?.trainLoss ?? NaN))
  for (const epoch of [0, 1, 3, 6]) {
    expect(Math.abs(alignment(alone, epoch) - 90)).toBeLessThan(15)
  }
})

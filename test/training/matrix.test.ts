/** Every rule on every kind of block against the independent reference, native and wasm. */
import { describe, expect, test } from 'vitest'
import { compile, type CompileOptions } from '../../ts/compile/index.js'
import { dataset, type Examples } from '../../ts/data/examples.js'
import { Session, type Binding, type DataSet } from '../../ts/engine/index.js'
import { native } from '../../ts/engine/native.js'
import { wasm } from '../../ts/engine/wasm.js'
import { UsageError } from '../../ts/errors.js'
import { outputs, unitsOf } from '../../ts/network/index.js'
import type { Block, LinearMap, Network, Part } from '../../ts/network/index.js'
import { losses, type Loss } from '../../ts/training/losses.js'
import { add, norm, scale, subtract, zeros, type Matrix } from '../reference/matrix.js'
import type { Loss as ReferenceLoss } from '../reference/losses.js'
import type { Trace } from '../reference/network.js'
import type { Norm } from '../reference/norm.js'
import { look, type Task } from '../reference/teach.js'
import { at, holds, taskOf, tensor } from './bridge.js'
import { lessons, type Expected, type Lesson } from './lessons.js'
import { networks } from './networks.js'
import { engineData, smallOptions, values } from './small.js'

const ROWS = 13
const SEED = 5
/** Of two steps: so large that moves are far above the rounding of what moves. */
const RATES = [1, 16]
/** Of a move's norm. */
const ACCURACY = 1e-4
/** Half a unit in the last place, of what an f32 holds. */
const ROUNDING = 2 ** -24

type Has = (kind: Part['kind'] | LinearMap['kind']) => boolean

/** Which blocks a rule cannot train, and why. */
const refusals: Readonly<Record<string, readonly [refused: (has: Has) => boolean, why: RegExp]>> = {
  'node-perturbation': [(has) => has('batchNorm'), /batch statistics/],
  pepita: [(has) => has('maxout'), /narrower/],
  'forward-forward': [(has) => has('batchNorm') || has('conv2d'), /batch statistics|kernels/],
  'pseudo-bp': [(has) => has('conv2d') || has('local2d'), /pseudoinverse/],
  dtp: [(has) => has('maxPool') || has('averagePool'), /inverse of pooling/],
}

/** Why a rule refuses a network; undefined where it trains it. */
function refusal({ rule }: Lesson, { blocks }: Network): RegExp | undefined {
  const has: Has = (kind) =>
    blocks.some(({ linear, parts }) => [linear, ...parts].some((one) => one.kind === kind))
  const [refused, why] = refusals[rule.name] ?? []
  return refused?.(has) === true ? why : undefined
}

/** A loss here and in the reference. */
interface Judged {
  readonly loss: Loss
  readonly reference: ReferenceLoss
}

const entropy: Judged = {
  loss: losses.crossEntropy(),
  reference: { kind: 'cross-entropy' },
}
/** Here the error is not dL/da, so it shows which of the two a rule sends. */
const square: Judged = {
  loss: losses.mse({ kind: 'sigmoid' }),
  reference: { kind: 'mse', output: 'sigmoid' },
}

const options = (network: Network, { rule }: Lesson, { loss }: Judged): CompileOptions =>
  smallOptions({ network, rule, loss, batch: ROWS })

function examplesFor(network: Network): Examples {
  const [width, classes] = [unitsOf(network.shape), outputs(network)]
  const targets = Uint32Array.from({ length: ROWS }, (_, i) => (i * 7) % classes)
  return dataset({ inputs: values(ROWS * width, 3), shape: [...network.shape], targets })
}

const normalises = ({ parts }: Block): boolean => parts.some(({ kind }) => kind === 'batchNorm')

/** What is zero or one at first is made unlike that, and what is derived from weights follows. */
async function prepare(session: Session, network: Network, data: DataSet): Promise<void> {
  const write = (name: string, seed: number, centre: number, range: number): void => {
    const drawn = values(session.read(name).data.length, seed)
    session.write(
      name,
      drawn.map((value) => centre + range * value),
    )
  }
  network.blocks.forEach((block, i) => {
    write(`blocks.${i}.bias`, i + 9, 0, 0.3)
    if (!normalises(block)) return
    write(`blocks.${i}.gain`, i + 19, 1, 0.3)
    write(`blocks.${i}.shift`, i + 29, 0, 0.3)
  })
  // A difference of two activities has few digits where the second pass is hardly another one.
  if (holds(session, 'input.direct')) write('input.direct', 39, 0, 1)
  if (session.program.phases.some(({ name }) => name === 'derive')) {
    await session.run('derive', data, Uint32Array.from([0]))
  }
}

/** How a tensor has to move: not at all where there is no change. */
interface Move {
  readonly name: string
  readonly change: Matrix | undefined
  /** Whose rounding shows in it, beside its own. */
  readonly beside?: Matrix | undefined
}

function movesOf({ blocks }: Network, task: Task, expected: Expected): Move[] {
  const { changes, later = [], others = {} } = expected
  const { traces } = look(task)
  return blocks
    .flatMap((block, i): Move[] => {
      const change = changes[i]
      const { mean, variance } = statistics(at(traces, i), later[i])
      const weight = { name: `blocks.${i}.weight`, change: change?.weight }
      const bias = { name: `blocks.${i}.bias`, change: change?.bias }
      if (!normalises(block)) return [weight, bias]
      return [
        weight,
        // A batch's mean is subtracted, and any bias with it: what moves it is rounding.
        { ...bias, beside: change?.weight },
        { name: `blocks.${i}.gain`, change: change?.gain },
        { name: `blocks.${i}.shift`, change: change?.shift },
        { name: `blocks.${i}.mean`, change: mean },
        { name: `blocks.${i}.variance`, change: variance },
      ]
    })
    .concat(Object.entries(others).map(([name, change]) => ({ name, change })))
}

/** How batch norm's running statistics move in a pass, and perhaps another one after it. */
function statistics(first: Trace, later?: Trace): Partial<Pick<Norm, 'mean' | 'variance'>> {
  const { norm: held } = first.parameters
  const part = first.block.parts.find(({ kind }) => kind === 'batchNorm')
  if (held === undefined || part?.kind !== 'batchNorm') return {}
  const moved = ({ passed }: Trace, what: 'mean' | 'variance'): Matrix =>
    subtract(passed.find((one) => one.statistics)?.statistics?.[what] ?? held[what], held[what])
  const both = (what: 'mean' | 'variance'): Matrix => {
    if (later === undefined) return moved(first, what)
    return add(scale(moved(first, what), 1 - part.momentum), moved(later, what))
  }
  return { mean: both('mean'), variance: both('variance') }
}

/** The rate, and whatever is done every so many steps. */
function knobs({ program }: Session, rate: number): Float32Array {
  const train = program.phases.find(({ name }) => name === 'train')
  return Float32Array.from(train?.knobs ?? [], (knob) => (knob === 'learningRate' ? rate : 1))
}

/** Takes two steps in the engine and expects of each tensor the moves of the reference. */
async function expectSteps(
  network: Network,
  lesson: Lesson,
  judged: Judged,
  engine: Binding,
): Promise<void> {
  const program = compile(options(network, lesson, judged))
  const session = new Session(engine, program, { threads: 1, seed: SEED })
  const examples = examplesFor(network)
  const data = engineData(examples, engine)
  await prepare(session, network, data)
  for (const [step, learningRate] of RATES.entries()) {
    const given = { network, session, seed: SEED, step }
    const task = taskOf({ ...given, learningRate, loss: judged.reference, examples })
    const moves = movesOf(network, task, lesson.expected({ ...given, task }))
    const before = moves.map(({ name }) => tensor(session, name))
    const all = Uint32Array.from({ length: ROWS }, (_, i) => i)
    await session.run('train', data, all, knobs(session, learningRate))
    moves.forEach((move, i) => {
      expectMove(move, at(before, i), tensor(session, move.name), step)
    })
  }
}

function expectMove({ name, change, beside }: Move, held: Matrix, now: Matrix, step: number): void {
  const moved = subtract(now, held)
  const wanted = change ?? zeros(held.rows, held.columns)
  const what = `${name} at step ${step}`
  if (norm(wanted) === 0) {
    expect(norm(moved), what).toBe(0)
  } else {
    const size = norm(wanted) + (beside === undefined ? 0 : norm(beside))
    const slack = ACCURACY * size + ROUNDING * norm(now)
    expect(norm(subtract(moved, wanted)), what).toBeLessThanOrEqual(slack)
  }
}

/** What a lesson does to a network under a loss: the steps, or the refusal. */
function holdTo(lesson: Lesson, network: Network, judged: Judged): void {
  const why = refusal(lesson, network)
  if (why === undefined) {
    for (const engine of [native, wasm]) {
      test(`${lesson.rule.name} moves what its equation moves, on ${engine.name}`, () =>
        expectSteps(network, lesson, judged, engine()))
    }
  } else {
    test(`${lesson.rule.name} refuses, with a reason that is true of it`, () => {
      expect(() => compile(options(network, lesson, judged))).toThrow(UsageError)
      expect(() => compile(options(network, lesson, judged))).toThrow(why)
    })
  }
}

describe.each(Object.entries(networks))('%s', (_, network) => {
  for (const lesson of lessons) holdTo(lesson, network, entropy)
})

describe('dense, tanh, by squares of what a sigmoid makes of it', () => {
  const network = networks['dense, tanh']
  if (network === undefined) throw new RangeError('no dense network')
  for (const lesson of lessons) holdTo(lesson, network, square)
})

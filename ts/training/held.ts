import { width, type Examples } from '../data/examples.js'
import { DataSet, type Binding, type SharedData } from '../engine/index.js'

/** Examples in an engine's memory, until it is disposed of; not to be changed before that. */
export interface Held extends Disposable {
  readonly data: DataSet
}

interface Entry {
  readonly data: DataSet
  /** Those who hold it. */
  holders: number
}

/** Of some examples. */
interface Known {
  /** By the engine's name. */
  readonly entries: Map<string, Entry>
  /** What was made of them, by what it is; the latest ones. */
  readonly made: Map<string, unknown>
}

/** What is made of examples, such as splits: as many as a sweep has seeds, and more. */
const MADE = 32

/** The examples that this thread holds. */
const held = new WeakMap<Examples, Known>()

/** Has an engine hold examples: once, however many ask, until all of them are done. */
export function hold(engine: Binding, examples: Examples): Held {
  return holdBy(engine, examples, () => copied(engine, examples))
}

/** Likewise, without a copy where another thread of the process has the same examples. */
export function holdShared(engine: Binding, examples: Examples, shared: SharedData): Held {
  return holdBy(engine, examples, () => DataSet.shared(engine, shared))
}

/** What `make` makes of examples; the same as before while they are held, as trials ask again. */
export function whileHeld<T>(examples: Examples, what: string, make: () => T): T {
  const made = held.get(examples)?.made
  if (made?.has(what) === true) return made.get(what) as T
  const value = make()
  made?.set(what, value)
  const [oldest = ''] = made?.keys() ?? []
  if (made !== undefined && made.size > MADE) made.delete(oldest)
  return value
}

function holdBy({ name }: Binding, examples: Examples, make: () => DataSet): Held {
  const known = held.get(examples) ?? { entries: new Map<string, Entry>(), made: new Map() }
  const { entries } = known
  const entry = entries.get(name) ?? { data: make(), holders: 0 }
  entry.holders += 1
  entries.set(name, entry)
  held.set(examples, known)
  let done = false
  return {
    data: entry.data,
    [Symbol.dispose]: () => {
      if (done) return
      done = true
      entry.holders -= 1
      if (entry.holders > 0) return
      entries.delete(name)
      if (entries.size === 0) held.delete(examples)
      entry.data[Symbol.dispose]()
    },
  }
}

function copied(engine: Binding, { inputs, shape, targets }: Examples): DataSet {
  return targets.kind === 'labels'
    ? DataSet.of(engine, inputs, width(shape), targets.labels, targets.classes)
    : DataSet.of(engine, inputs, width(shape), targets.values, targets.width)
}

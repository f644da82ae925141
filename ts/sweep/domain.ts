import { isNot } from '../values.js'
import type { Value } from './job.js'
import { fail, type Choices, type ParameterSpec, type Range } from './specs.js'

/** The values that a parameter can have, laid out from 0 to 1. */
export interface Domain {
  /** How many there are; undefined where they are continuous. */
  readonly size: number | undefined
  /** Whether near places have values that are alike. */
  readonly ordered: boolean
  /** The value at a place, 0 to below 1. Places drawn evenly give values as they are wanted. */
  readonly at: (place: number) => Value
  /** The value of this number, from 0; of domains that have a size. */
  readonly nth: (index: number) => Value
  /** Its number; −1 of what is no value of it, and where there is no size. */
  readonly indexOf: (value: Value) => number
  /** The places that have this value, of two alike where it has but one; undefined as above. */
  readonly places: (value: Value) => Places | undefined
}

/** From, and to. */
export type Places = readonly [number, number]

/** Significant digits of a number that is drawn, and is no whole one. */
const DIGITS = 12

/** Throws `UsageError` that names the path, where there is no value, or one that cannot be. */
export function domainOf(name: string, spec: ParameterSpec): Domain {
  if ('choices' in spec) return chosen(name, spec)
  checkRange(name, spec)
  if (spec.log === true) return spec.int === true ? logarithmicIntegers(spec) : continuous(spec)
  return spec.step === undefined && spec.int !== true ? continuous(spec) : stepped(name, spec)
}

function chosen(name: string, { choices }: Choices): Domain {
  const again = choices.findIndex((value, place) => choices.indexOf(value) < place)
  if (again >= 0) {
    fail(`.${name}.choices[${again}]`, `${JSON.stringify(choices[again])} stands there twice`)
  }
  const nth = (index: number): Value => choices[index] ?? NaN
  return { ...even(choices.length, nth, (value) => choices.indexOf(value)), ordered: false }
}

function checkRange(name: string, { min, max, log, step, int }: Range): void {
  const at = (key: string): string => `.${name}.${key}`
  for (const [key, value] of Object.entries({ min, max, step })) {
    if (value === undefined) continue
    // JSON has no infinity, but 1e999.
    if (!Number.isFinite(value)) fail(at(key), `${value} is not a finite number`)
    if (int === true && !Number.isSafeInteger(value)) {
      fail(at(key), `${isNot('a whole number')({ input: value })}, which "int" asks for`)
    }
  }
  if (min >= max) fail(at('min'), `${min} is not below max, ${max}: the range is empty`)
  if (int === true && !Number.isSafeInteger(max - min)) {
    fail(at('max'), `${max} is too far from min, ${min}, for whole numbers; give a smaller one`)
  }
  if (log === true && min <= 0) {
    fail(at('min'), `${min} has no logarithm; give a min above 0, or leave out "log"`)
  }
  if (step === undefined) return
  if (log === true) fail(at('step'), `${step} goes with no "log"; leave out one, or give choices`)
  if (step <= 0) fail(at('step'), isNot('a number above 0')({ input: step }))
  if (step > max - min) {
    fail(at('step'), `${step} does not fit between ${min} and ${max}; give a smaller one`)
  }
}

/** From `min` in steps, which each have the same share of places. */
function stepped(name: string, { min, max, int, step = 1 }: Range): Domain {
  const last = Math.floor(rounded((max - min) / step))
  const nth = (index: number): number => {
    const value = min + index * step
    return int === true ? value : clipped(rounded(value), min, max)
  }
  if (nth(0) === nth(1) || nth(last) === nth(last - 1)) {
    fail(`.${name}.step`, `${step} is lost beside ${min} and ${max}; give a larger one`)
  }
  const indexOf = (value: Value): number => {
    const index = Math.round((Number(value) - min) / step)
    return index >= 0 && index <= last && nth(index) === value ? index : -1
  }
  return { ...even(last + 1, nth, indexOf), ordered: true }
}

function continuous({ min, max, log }: Range): Domain {
  const scale = log === true ? logarithmic(min, max) : linear(min, max)
  const isOne = (value: Value): value is number =>
    typeof value === 'number' && value >= min && value <= max
  return {
    size: undefined,
    ordered: true,
    at: (place) => clipped(rounded(scale.value(place)), min, max),
    nth: () => NaN,
    indexOf: () => -1,
    places: (value) => (isOne(value) ? [scale.place(value), scale.place(value)] : undefined),
  }
}

/** Each has the places between the halves below and above it. */
function logarithmicIntegers({ min, max }: Range): Domain {
  const scale = logarithmic(min - 0.5, max + 0.5)
  const indexOf = (value: Value): number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? Number(value) - min
      : -1
  return {
    size: max - min + 1,
    ordered: true,
    at: (place) => clipped(Math.round(rounded(scale.value(place))), min, max),
    nth: (index) => min + index,
    indexOf,
    places: (value) =>
      indexOf(value) < 0
        ? undefined
        : [scale.place(Number(value) - 0.5), scale.place(Number(value) + 0.5)],
  }
}

/** Values that each have the same share of places. */
function even(
  size: number,
  nth: (index: number) => Value,
  indexOf: (value: Value) => number,
): Omit<Domain, 'ordered'> {
  return {
    size,
    at: (place) => nth(Math.min(Math.floor(place * size), size - 1)),
    nth,
    indexOf,
    places: (value) => {
      const index = indexOf(value)
      return index < 0 ? undefined : [index / size, (index + 1) / size]
    },
  }
}

interface Scale {
  readonly value: (place: number) => number
  readonly place: (value: number) => number
}

function linear(min: number, max: number): Scale {
  return {
    // Not min + place · (max − min), whose difference can be infinite.
    value: (place) => (1 - place) * min + place * max,
    place: (value) => clipped((value / 2 - min / 2) / (max / 2 - min / 2), 0, 1),
  }
}

function logarithmic(min: number, max: number): Scale {
  const { value, place } = linear(Math.log(min), Math.log(max))
  return { value: (at) => Math.exp(value(at)), place: (one) => place(Math.log(one)) }
}

/**
 * To 12 significant digits: what exp and log leave to each machine is in the digits beyond, and
 * people can read what is left.
 */
function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

function clipped(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}

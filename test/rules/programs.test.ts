import { describe, expect, test } from 'vitest'
import { compile } from '../../ts/compile/index.js'
import type { Instruction, Program } from '../../ts/engine/program.js'
import { UsageError } from '../../ts/errors.js'
import { allRules, findRule, parseRuleOptions, rules } from '../../ts/rules/index.js'
import { smallOptions } from '../training/small.js'

const opsOf = (program: Program, phase: string): readonly Instruction[] =>
  program.phases.find(({ name }) => name === phase)?.ops ?? []

describe('the Program of', () => {
  for (const name of ['dfa', 'sdfa', 'drtp'] as const) {
    test(`${name} reads no weight to make a signal`, () => {
      const train = opsOf(compile(smallOptions({ rule: rules[name]() })), 'train')
      const carriers = train.flatMap((one) => (one.op === 'project' ? [one.matrix] : []))
      expect(carriers).toEqual(['blocks.1.direct', 'blocks.0.direct'])
      const readers = train.filter((one) => JSON.stringify(one).includes('.weight"'))
      expect(new Set(readers.map(({ op }) => op))).toEqual(new Set(['linear', 'update']))
    })
  }

  for (const name of ['fa', 'dfa', 'sdfa', 'drtp', 'shallow', 'weightMirror'] as const) {
    test(`${name} updates a block before the one below has its delta`, () => {
      const train = opsOf(compile(smallOptions({ rule: rules[name]() })), 'train')
      const updated = train.findIndex(
        (one) => one.op === 'update' && one.weight === 'blocks.2.weight',
      )
      const carried = train.findIndex((one) => one.op === 'project')
      if (carried >= 0) expect(updated).toBeLessThan(carried)
    })
  }

  for (const name of ['bp', 'kolenPollack'] as const) {
    test(`${name} updates a block when no signal needs its weight any more`, () => {
      const train = opsOf(compile(smallOptions({ rule: rules[name]() })), 'train')
      const updated = train.findIndex(
        (one) => one.op === 'update' && one.weight === 'blocks.2.weight',
      )
      expect(updated).toBeGreaterThan(train.findIndex((one) => one.op === 'project'))
    })
  }
})

describe('a rule', () => {
  test('is found by the name that it has on the command line', () => {
    for (const maker of allRules) expect(findRule(maker.ruleName)().name).toBe(maker.ruleName)
  })

  test('says what it is, where it comes from, and what its options do', () => {
    for (const maker of allRules) {
      for (const text of [maker.title, maker.equation, maker.source, maker.about]) {
        expect(text).toMatch(/\w/)
      }
      for (const { about, unless, range } of Object.values(maker.options)) {
        expect(about).toMatch(/\w/)
        expect(unless).toBeGreaterThanOrEqual(range[0])
        expect(unless).toBeLessThanOrEqual(range[1])
      }
    }
  })

  test('takes its options and no others, within their range', () => {
    expect(rules.kolenPollack({ decay: 0.25 }).settings).toEqual({ decay: 0.25 })
    const wrong = (maker: string, options: string) => () =>
      findRule(maker)(parseRuleOptions(options))
    expect(wrong('fa', 'decay=1')).toThrow('rule fa has no option "decay"; it has none')
    expect(wrong('kolen-pollack', 'decai=1')).toThrow(/no option "decai"; did you mean "decay"\?/)
    expect(wrong('kolen-pollack', 'decay=2')).toThrow(
      'option decay of rule kolen-pollack is 2, not a number from 0 to 1',
    )
    expect(wrong('weight-mirror', 'every=1.5')).toThrow(/is 1.5, not a whole number from 1/)
    expect(wrong('weight-mirror', 'every')).toThrow(/"every" is not name=number/)
    expect(wrong('weight-mirror', 'every=x')).toThrow(UsageError)
    expect(wrong('weight-mirror', 'every=10=3')).toThrow('"every=10=3" has a second "="; put')
    expect(wrong('weight-mirror', 'every=1,every=2')).toThrow('has every twice; give it once')
  })
})

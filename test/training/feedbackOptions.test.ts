import { describe, expect, test } from 'vitest'
import { compile, type CompileOptions } from '../../ts/compile/index.js'
import type { FeedbackOptions } from '../../ts/compile/feedbackOptions.js'
import type { Session } from '../../ts/engine/index.js'
import { UsageError } from '../../ts/errors.js'
import { parseNetwork } from '../../ts/network/index.js'
import { allRules, rules } from '../../ts/rules/index.js'
import { unusedFeedback } from '../../ts/training/feedback.js'
import { fit } from '../../ts/training/fit.js'
import { engineData, read, smallFit, smallOptions, smallSession, train } from './small.js'

const options = (changes: Partial<CompileOptions>): CompileOptions =>
  smallOptions({ network: parseNetwork('12-400-500-4'), rule: rules.fa(), ...changes })

const B = 'blocks.1.feedback'

/** Deviation and fourth moment, in units of its square, of values around zero. */
function moments(values: Float64Array): { deviation: number; kurtosis: number } {
  const mean = (power: number) =>
    values.reduce((sum, value) => sum + value ** power, 0) / values.length
  return { deviation: Math.sqrt(mean(2)), kurtosis: mean(4) / mean(2) ** 2 }
}

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('a distribution', () => {
  const drawn = (choice: FeedbackOptions) => read(smallSession(options(choice)), B)

  test('is uniform or normal, with one variance', () => {
    const [uniform, normal] = [
      moments(drawn({})),
      moments(drawn({ feedbackDistribution: 'normal' })),
    ]
    expect(uniform.kurtosis).toBeCloseTo(9 / 5, 1)
    expect(normal.kurtosis).toBeCloseTo(3, 1)
    expect(normal.deviation / uniform.deviation).toBeCloseTo(1, 2)
  })

  test('of absolute scale reaches as far as the scale, or has it as its deviation', () => {
    const absolute = { feedbackScaling: 'absolute', feedbackScale: 0.5 } as const
    const uniform = drawn(absolute)
    expect(largest(uniform)).toBeLessThan(0.5)
    expect(largest(uniform)).toBeGreaterThan(0.4999)
    const normal = drawn({ ...absolute, feedbackDistribution: 'normal' })
    expect(moments(normal).deviation).toBeCloseTo(0.5, 2)
    // Whatever the fan-out.
    const top = read(smallSession(options(absolute)), 'blocks.2.feedback')
    expect(moments(top).deviation).toBeCloseTo(0.5 / Math.sqrt(3), 1)
  })

  test('is that of the factors of low rank, whose products have the variance too', () => {
    const session = smallSession(options({ feedbackRank: 50, feedbackDistribution: 'normal' }))
    const factors = ['left', 'right'].map((which) => moments(read(session, `${B}.${which}`)))
    const [left = NaN, right = NaN] = factors.map(({ deviation }) => deviation)
    expect((Math.sqrt(50) * left * right) / moments(drawn({})).deviation).toBeCloseTo(1, 1)
    for (const { kurtosis } of factors) expect(kurtosis).toBeCloseTo(3, 0)
  })

  test('is that of magnitudes drawn anew at every step too', async () => {
    const session = smallSession(options({ rule: rules.brsf(), feedbackDistribution: 'normal' }))
    await train(session, engineData())
    expect(moments(read(session, B)).kurtosis).toBeCloseTo(3, 1)
  })
})

describe('a ternary grid', () => {
  // Shares of zeros: of what lies within half of s, the value that keeps the variance.
  for (const [feedbackDistribution, zeros] of [
    ['uniform', 0.361],
    ['normal', 0.538],
  ] as const) {
    test(`holds three values, and of ${feedbackDistribution} draws keeps the variance`, () => {
      const choice = { feedbackDistribution, feedbackGrid: 'ternary' } as const
      const values = read(smallSession(options(choice)), B)
      const [s, none] = [largest(values), values.filter((value) => value === 0).length]
      expect(new Set(values)).toEqual(new Set([-s, 0, s]))
      expect(none / values.length).toBeCloseTo(zeros, 2)
      const whole = read(smallSession(options({ feedbackDistribution })), B)
      expect(moments(values).deviation / moments(whole).deviation).toBeCloseTo(1, 2)
    })
  }

  test('refuses other values, those of int8 too', () => {
    const session = smallSession(options({ feedbackGrid: 'ternary' }))
    const { data } = session.read(B)
    data[7] = 2 * largest(Float64Array.from(data))
    expect(() => {
      session.write(B, data)
    }).toThrow(/value 7 for tensor .* which is not on its grid/)
  })
})

describe('shared feedback', () => {
  const network = parseNetwork('12-20-20-20-20-4', 'tanh')
  const names = (choice: Partial<CompileOptions>): string[] =>
    compile(options({ network, ...choice })).tensors.flatMap(({ name, role }) =>
      role === 'feedback' || role === 'direct' ? [name] : [],
    )

  test('is the first matrix of those alike', () => {
    const feedbackShared = true
    expect(names({ feedbackShared })).toEqual(['blocks.4.feedback', B])
    expect(names({ feedbackShared, rule: rules.dfa() })).toEqual(['blocks.0.direct'])
    const factors = names({ feedbackShared, feedbackRank: 3 })
    expect(factors.toSorted()).toEqual(
      [`${B}.left`, `${B}.right`, 'blocks.4.feedback.left', 'blocks.4.feedback.right'].toSorted(),
    )
    // A weight of block 0 has no feedback to share.
    expect(names({ feedbackShared, network: parseNetwork('20-20-20-4') })).toContain(B)
  })

  test('trains as matrices of the same values do', async () => {
    const [shared, own] = [true, false].map((feedbackShared) =>
      smallSession(options({ network, feedbackShared })),
    )
    if (shared === undefined || own === undefined) throw new RangeError('two were made')
    for (const block of [1, 2, 3]) own.write(`blocks.${block}.feedback`, shared.read(B).data)
    for (const session of [shared, own]) await train(session, engineData(), 3)
    expect(shared.weightsSha256).toBe(own.weightsSha256)
  })
})

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)

/** The angle between a block's weight and feedback in degrees, and their norms' ratio. */
function between(session: Session, block: number): { angle: number; ratio: number } {
  const [w, b] = ['weight', 'feedback'].map((what) => read(session, `blocks.${block}.${what}`))
  if (w === undefined || b === undefined) throw new RangeError('two were read')
  const cosine = dot(w, b) / Math.sqrt(dot(w, w) * dot(b, b))
  return { angle: (Math.acos(cosine) * 180) / Math.PI, ratio: Math.sqrt(dot(b, b) / dot(w, w)) }
}

describe('feedback at an angle to the weights', () => {
  const network = parseNetwork('12-40-50-4', 'tanh')

  for (const rule of [rules.fa(), rules.kolenPollack(), rules.weightMirror()]) {
    test(`starts there under ${rule.name}, as long as the scale says`, () => {
      for (const feedbackAngle of [20, 90, 135]) {
        for (const more of [{}, { feedbackScale: 2 }, { weightDensity: 0.5 }]) {
          const session = smallSession(options({ network, rule, feedbackAngle, ...more }))
          for (const block of [1, 2]) {
            const { angle, ratio } = between(session, block)
            expect(angle).toBeCloseTo(feedbackAngle, 4)
            expect(ratio).toBeCloseTo('feedbackScale' in more ? 2 : 1, 5)
          }
        }
      }
    })
  }

  test('of 0 is the weights, so that the first step is backpropagation’s', async () => {
    const fa = smallSession(options({ network, batch: 40, feedbackAngle: 0 }))
    const bp = smallSession(options({ network, batch: 40, rule: rules.bp() }))
    expect(fa.read(B)).toEqual(fa.read('blocks.1.weight'))
    for (const session of [fa, bp]) await train(session, engineData())
    expect(fa.weightsSha256).toBe(bp.weightsSha256)
  })

  test('is what the untrained network’s event shows', async () => {
    const given = { network: parseNetwork('12-20-18-4'), rule: rules.fa(), feedbackAngle: 30 }
    for await (const event of fit(smallFit(given))) {
      if (event.event !== 'epoch') continue
      const [input, ...above] = event.blocks.map(({ weightAngle }) => weightAngle)
      expect(input).toBeNull()
      expect(above).toHaveLength(2)
      for (const angle of above) expect(angle).toBeCloseTo(30, 3)
      return
    }
  })

  test('has the zeros of local fields', () => {
    const local = parseNetwork('4x3-local2x2:2x2x16-local1x1:2x2x16-4')
    const session = smallSession(options({ network: local, feedbackAngle: 50 }))
    expect(between(session, 1).angle).toBeCloseTo(50, 4)
    const [w, b] = ['weight', 'feedback'].map((what) =>
      session.read(`blocks.1.${what}`).data.map((value) => Number(value !== 0)),
    )
    expect(b).toEqual(w)
  })

  test('is the same for any number of threads', () => {
    const [one, three] = [1, 3].map((threads) =>
      smallSession(options({ feedbackAngle: 70 }), threads).read(B),
    )
    expect(three).toEqual(one)
  })
})

describe('is refused with path and cure:', () => {
  const refuse = (choice: Partial<CompileOptions>, message: string): void => {
    expect(() => compile(options(choice))).toThrow(UsageError)
    expect(() => compile(options(choice))).toThrow(message)
  }

  test('what is not there beside an angle', () => {
    const feedbackAngle = 30
    for (const other of [
      { feedbackRank: 3 },
      { feedbackDensity: 0.5 },
      { feedbackGrid: 'sign' },
      { feedbackDistribution: 'normal' },
      { feedbackScaling: 'absolute' },
      { feedbackShared: true },
    ] as const) {
      const [name] = Object.keys(other)
      refuse({ feedbackAngle, ...other }, `made of them: leave out feedbackAngle or ${name}`)
    }
    refuse({ feedbackAngle, weightScale: 0 }, 'choose a weightScale above 0')
  })

  test('a rank that no matrix has', () => {
    refuse({ feedbackRank: 401 }, 'feedbackRank 401: of what carries errors in this network no')
    expect(() => compile(options({ feedbackRank: 400 }))).not.toThrow()
    const flat = parseNetwork('12-400-4')
    refuse({ network: flat, feedbackRank: 5 }, 'choose at most 4, or leave it out')
  })

  test('values that are none', () => {
    const bad = [
      [{ feedbackAngle: 181 }, 'feedbackAngle 181 is not a number from 0 to 180'],
      [{ feedbackAngle: NaN }, 'feedbackAngle NaN is not a number from 0 to 180'],
      [{ feedbackScaling: 'fan' as 'absolute' }, 'feedbackScaling "fan" is none of relative, abs'],
      [{ feedbackDistribution: '' as 'normal' }, 'feedbackDistribution "" is none of uniform, n'],
    ] as const
    for (const [choice, message] of bad) expect(() => fit(smallFit(choice))).toThrow(message)
  })
})

/** Each option told, so that it changes something wherever there is something to change. */
const each: readonly FeedbackOptions[] = [
  { feedbackScale: 3 },
  { feedbackScaling: 'absolute' },
  { feedbackDistribution: 'normal' },
  { feedbackRank: 3 },
  { feedbackDensity: 0.5 },
  { feedbackGrid: 'int8' },
  { feedbackShared: true },
  { feedbackAngle: 30 },
]

describe('options that change nothing under a rule, and no others, are refused:', () => {
  const network = parseNetwork('12-20-20-20-4', 'tanh')
  const trained = async (choice: Partial<CompileOptions>): Promise<string> => {
    const session = smallSession(options({ network, ...choice }))
    const { program } = session
    const { knobs = [] } = program.phases.find(({ name }) => name === 'train') ?? {}
    const step = knobs.map((knob) => (knob === 'learningRate' ? 0.1 : 1))
    const examples = Uint32Array.from({ length: 32 }, (_, i) => i)
    await session.run('train', engineData(), examples, Float32Array.of(...step, ...step))
    return session.weightsSha256
  }

  for (const maker of allRules) {
    test(maker.ruleName, async () => {
      const rule = maker()
      const plain = await trained({ rule })
      for (const choice of each) {
        const [name = ''] = Object.keys(choice)
        const refused = unusedFeedback(rule, network, choice)
        expect(refused.map((one) => one.name)).toEqual(
          (await trained({ rule, ...choice })) === plain ? [name] : [],
        )
      }
    })
  }

  test('with the reason and the cure', () => {
    const refuse = (rule: (typeof allRules)[number], choice: FeedbackOptions, message: string) => {
      const attempt = (): unknown => fit(smallFit({ rule: rule(), ...choice }))
      expect(attempt).toThrow(UsageError)
      expect(attempt).toThrow(message)
    }
    refuse(
      rules.bp,
      { feedbackRank: 3 },
      'feedbackRank 3: rule bp carries its errors through the weights: it has no B whose rank ' +
        'could be chosen; leave it out',
    )
    refuse(rules.shallow, { feedbackScale: 2 }, 'rule shallow carries no signal through a matrix')
    refuse(rules.usf, { feedbackDensity: 0.5 }, 'lets its feedback follow the weights')
    refuse(rules.dfa, { feedbackAngle: 3 }, 'straight from the output: it has no B whose angle to')
    refuse(rules.weightMirror, { feedbackGrid: 'sign' }, 'trains its feedback: it has no B whose g')
  })
})

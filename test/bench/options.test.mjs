import { expect, test } from 'vitest'
import { flag, number, numbers, readOptions, share, words } from '../../bench/options.mjs'

const options = {
  peers: flag(),
  seconds: number(40),
  feedbackRank: number(),
  feedbackDensity: share(1),
  batches: numbers(32, 64),
  rules: words(['fa'], ['bp', 'fa']),
}

test('options that are not given have their fallback', () => {
  expect(readOptions([], options)).toEqual({
    peers: false,
    seconds: 40,
    feedbackRank: undefined,
    feedbackDensity: 1,
    batches: [32, 64],
    rules: ['fa'],
  })
})

test('a flag is its option in kebab-case, a list is separated by commas', () => {
  const args = [
    '--peers',
    '--feedback-rank',
    '64',
    '--feedback-density',
    '0.25',
    '--batches',
    '1,2',
  ]
  expect(readOptions(args, options)).toEqual({
    peers: true,
    seconds: 40,
    feedbackRank: 64,
    feedbackDensity: 0.25,
    batches: [1, 2],
    rules: ['fa'],
  })
})

test.each([
  [['--batches', '32,none'], '--batches "none" is not a whole number above 0'],
  [['--seconds', '0'], '--seconds "0" is not a whole number above 0'],
  [['--feedback-rank', '1.5'], '--feedback-rank "1.5" is not a whole number above 0'],
  [['--feedback-density', '1.5'], '--feedback-density "1.5" is not above 0 and at most 1'],
  [['--rules', 'fa,af'], '--rules "af" is none of bp, fa'],
  [['--ruels', 'fa'], "Unknown option '--ruels'"],
])('%j is an error that names flag and value', (args, message) => {
  expect(() => readOptions(args, options)).toThrow(message)
})

import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { csvOf } from '../../../ts/report/sweep/client/csv.js'
import { sorted } from '../../../ts/report/sweep/client/sorting.js'
import { pageData } from '../../../ts/report/sweep/pageData.js'
import { generatedReport } from './generated.js'

const data = pageData(generatedReport({ configurations: 20, repeats: 2, epochs: 8 }))

test('a file has a line a trial, with its parameters, and figures as they are', () => {
  const { data: rows } = Papa.parse<Record<string, string>>(csvOf(data, data.configurations), {
    header: true,
    skipEmptyLines: true,
  })
  expect(rows).toHaveLength(40)
  const [first] = data.configurations
  expect(rows[0]).toMatchObject({
    trial: String(first?.trials[0]?.trial),
    configuration: String(first?.configuration),
    seed: '1',
    rule: first?.values[0],
    learningRate: String(first?.values[1]),
    validationError: String(first?.trials[0]?.metric),
  })
})

test('a reader gets back every text as it was, with quotes, commas and lines in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, error) => {
      const parameters = [{ name: `p${name}`, kind: 'choice' as const, choices: [] }]
      const trial = { trial: 1, seed: 2, state: 'failed' as const, metric: null, epochs: 3, error }
      const one = { configuration: 0, values: [name], value: null, state: 'failed' as const }
      const text = csvOf({ parameters, metric: 'trainLoss' }, [
        { ...one, epochs: 3, trials: [trial], curves: {} },
      ])
      const { data: rows } = Papa.parse<string[]>(text, { newline: '\r\n', delimiter: ',' })
      expect(rows[0]?.[4]).toBe(`p${name}`)
      expect(rows[1]).toEqual(['1', '0', '2', 'failed', name, '', '3', error])
    }),
  )
})

test('sorting puts those without a key last, whichever way', () => {
  const { configurations } = data
  const all = configurations.map((_, i) => i)
  const momentum = 3
  const key = (one: (typeof configurations)[number]) => one.values[momentum] ?? null
  for (const descending of [false, true]) {
    const keys = sorted(configurations, all, key, descending).map(
      (i) => configurations[i]?.values[momentum] ?? null,
    )
    const known = keys.filter((one) => one !== null)
    expect(keys.slice(0, known.length)).toEqual(known)
    expect(known.length).toBeLessThan(keys.length)
    const ascending = known.toSorted((a, b) => Number(a) - Number(b))
    expect(known).toEqual(descending ? ascending.toReversed() : ascending)
  }
})

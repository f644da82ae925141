import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allRules, findRule } from '../../ts/rules/index.js'
import type { RuleDefaults } from '../../ts/rules/rule.js'
import { readSpec } from '../../ts/sweep/spec.js'
import { Space } from '../../ts/sweep/space.js'

const folder = new URL('../../sweeps/', import.meta.url)
const files = readdirSync(folder)

const spec = (file: string) => readSpec(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))

test.each(files)('%s is a sweep by validation error, over what its rule has by default', (file) => {
  const { train, parameters, metric } = spec(file)
  expect(metric).toBe('validationError')
  expect(train['validation']).toBe(0.1)
  const { defaults } = findRule(String(train['rule']))()
  const space = new Space(parameters)
  const size = space.gridSize ?? 0
  const tried = Array.from({ length: size }, (_, i) => space.grid(i))
  const searched = Object.keys(parameters).filter((key) => Object.hasOwn(defaults, key))
  expect(searched.length).toBeGreaterThan(0)
  for (const key of searched) {
    const values = tried.map((one) => one[key])
    expect(values).toContain(defaults[key as keyof RuleDefaults])
  }
})

test('there is one for each rule', () => {
  const searched = new Set(files.map((file) => spec(file).train['rule']))
  expect(searched).toEqual(new Set(allRules.map((rule) => rule().name)))
})

import { readFileSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { expect, test } from 'vitest'
import { networkSchema } from '../../ts/network/long.js'

const file = new URL('../../schema/network.json', import.meta.url)

test('the published JSON Schema is that of the long form', () => {
  const schema = toJsonSchema(networkSchema, { target: 'draft-07' })
  const text = `${JSON.stringify(schema, null, 2)}\n`
  if (process.env['FEEDALIGN_GENERATE'] !== undefined) writeFileSync(file, text)
  expect(JSON.parse(readFileSync(file, 'utf8')), 'run `npm run generate`').toEqual(schema)
})

test('the JSON Schema knows every kind of block and part', () => {
  const text = readFileSync(file, 'utf8')
  const kinds = ['dense', 'local2d', 'conv2d', 'maxPool', 'averagePool', 'maxout', 'batchNorm']
  for (const kind of [...kinds, 'dropout', 'hard-tanh']) expect(text).toContain(`"${kind}"`)
})

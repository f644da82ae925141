import { readFileSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { keys } from '../../ts/config/index.js'
import { networkSchema } from '../../ts/network/long.js'
import type { Choosable } from '../../ts/sweep/choice.js'
import { pruners } from '../../ts/sweep/pruners/index.js'
import { samplers } from '../../ts/sweep/samplers/index.js'
import { parametersSchema } from '../../ts/sweep/specs.js'
import { specSchema } from '../../ts/sweep/spec.js'

const file = new URL('../../schema/sweep.json', import.meta.url)

/** By name, or as an object of the name and options. */
function choiceOf(known: readonly Choosable<unknown>[]) {
  const forms = known.map(({ name, options }) =>
    v.strictObject({ name: v.literal(name), ...options.entries }),
  )
  return v.union([v.picklist(known.map(({ name }) => name)), ...forms])
}

/** What a spec is read by looks into some values with more than a form: here are their forms. */
const published = v.strictObject({
  ...specSchema.entries,
  sampler: v.optional(choiceOf(samplers), 'random'),
  pruner: v.optional(choiceOf(pruners), 'none'),
  train: v.optional(
    v.strictObject({
      ...specSchema.entries.train.wrapped.entries,
      network: v.optional(v.union([v.string(), networkSchema])),
    }),
  ),
  parameters: parametersSchema,
})

function schema(): object {
  return toJsonSchema(published, {
    target: 'draft-07',
    ignoreActions: ['check', 'raw_check', 'transform'],
    // A setting's words for help are what an editor shows of it.
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const { metadata } = valibotAction as { metadata?: { about?: string } }
      return metadata?.about === undefined ? null : { ...jsonSchema, description: metadata.about }
    },
  })
}

test('the published JSON Schema is that of a sweep', () => {
  const text = `${JSON.stringify(schema(), null, 2)}\n`
  if (process.env['FEEDALIGN_GENERATE'] !== undefined) writeFileSync(file, text)
  expect(JSON.parse(readFileSync(file, 'utf8')), 'run `npm run generate`').toEqual(JSON.parse(text))
})

test('the JSON Schema knows every setting of train, sampler and pruner', () => {
  const text = readFileSync(file, 'utf8')
  const names = [...samplers, ...pruners].map(({ name }) => name)
  const settings = keys.filter((key) => key !== 'out')
  for (const word of [...names, ...settings]) expect(text).toContain(`"${word}"`)
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Rule } from '../../ts/rules/index.js'
import { temporaryFolder } from '../folders.js'
import { engineData, smallOptions, smallSession, train } from '../training/small.js'

test('the rule of CONTRIBUTING trains as it stands there', async () => {
  const text = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8')
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? []
  const folder = fileURLToPath(new URL('../../ts/rules/', import.meta.url))
  const file = join(temporaryFolder(), 'mixed.ts')
  writeFileSync(
    file,
    code.replaceAll(/'\.\/(\w+)\.js'/g, (_, name) => `'${folder}${name}.ts'`),
  )
  const { mixed } = (await import(file)) as { mixed: (options?: object) => Rule }
  const weights = async (rule: Rule) => {
    const session = smallSession(smallOptions({ rule }))
    await train(session, engineData(), 2)
    return session.weightsSha256
  }
  const [half, none] = [await weights(mixed()), await weights(mixed({ share: 0 }))]
  expect(half).not.toBe(none)
  expect(() => mixed({ share: 2 })).toThrow(/not a number from 0 to 1/)
})

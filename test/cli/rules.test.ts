import { expect, test } from 'vitest'
import { allRules } from '../../ts/rules/index.js'
import { feedalign } from './command.js'

function printed(...args: string[]): string {
  const { status, stdout, stderr } = feedalign(['rules', ...args])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

test('rules lists every rule with equation, source and options, a screen wide', () => {
  const list = printed()
  for (const { ruleName, title, equation, source, options } of allRules) {
    expect(list).toContain(`${ruleName}: ${title}\n  ${equation}\n  ${source}\n`)
    for (const option of Object.keys(options)) expect(list).toContain(`${option}=`)
  }
  for (const line of list.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})

test('rules NAME shows what the rule’s feedback can be', () => {
  const fa = printed('fa')
  for (const option of ['scale', 'rank', 'density', 'grid', 'shared', 'angle']) {
    expect(fa).toContain(`--feedback-${option}`)
  }
  expect(printed('dfa')).not.toContain('--feedback-rank')
  expect(printed('bp')).not.toContain('--feedback-')
})

test('rules NAME shows what the rule cannot train, and why', () => {
  expect(printed('dtp')).toMatch(/max pooling +no inverse of pooling is published\n/)
  expect(printed('pseudo-bp')).toMatch(/conv2d +the pseudoinverse of a convolution is no kernel\n/)
  expect(printed('fa')).not.toContain('cannot train')
})

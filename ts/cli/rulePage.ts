import { help, kebab } from '../config/index.js'
import { parseNetwork, type Block } from '../network/index.js'
import { table } from '../report/table.js'
import type { Rule, RuleMaker, RuleOptions } from '../rules/index.js'
import { usedFeedback } from '../training/feedback.js'

/** A rule in full: what it is, what can be chosen of it, and what it cannot train. */
export function rulePage(maker: RuleMaker): string {
  const { ruleName, title, equation, source, about, options } = maker
  const rule = maker()
  return [
    `${ruleName}: ${title}`,
    `hidden signal  ${equation}\nsource         ${source}`,
    about,
    usual(rule),
    ...ownOptions(options),
    ...feedbackOptions(rule),
    ...refused(rule),
  ].join('\n\n')
}

function usual({ defaults }: Rule): string {
  const { learningRate, weightDecay, weightScale } = defaults
  const values = { learningRate, weightDecay, weightScale }
  const flags = Object.entries(values).map(([key, value]) => `--${kebab(key)} ${value}`)
  return `unless told, with sgd:  ${flags.join(' ')}`
}

function ownOptions(options: RuleOptions): string[] {
  const rows = Object.entries(options).map(([option, { about, unless, range, whole }]) => ({
    option,
    'unless told': String(unless),
    range: `${range.join(' to ')}${whole === true ? ', whole' : ''}`,
    'what it is': about,
  }))
  const example = rows.map(({ option, 'unless told': value }) => `${option}=${value}`).join(',')
  return rows.length === 0 ? [] : [table(rows), `  --rule-options ${example}`]
}

function feedbackOptions(rule: Rule): string[] {
  const rows = usedFeedback(rule).map((name) => {
    const { value, about } = help(name)
    return { 'of its feedback': `--${kebab(name)} ${value}`.trim(), 'what it is': about }
  })
  return rows.length === 0 ? [] : [table(rows)]
}

/** A block of each kind, alone or after one that is likely to be trained. */
const samples = {
  local2d: 'local2x2:2x2x4',
  conv2d: 'conv2:2',
  'max pooling': 'local2x2:2x2x4-pool2',
  'average pooling': 'local2x2:2x2x4-average2',
  maxout: '4-maxout2',
  'batch normalisation': '4-norm',
  dropout: '4-dropout0.5',
} as const

function refused(rule: Rule): string[] {
  const first = (form: string): Block | undefined => parseNetwork(`4x4-${form}-2`).blocks[0]
  const rows = Object.entries(samples).flatMap(([kind, form]) => {
    const block = first(form)
    const reason = block === undefined ? undefined : rule.refuses(block)
    return reason === undefined ? [] : [{ 'it cannot train': kind, because: reason }]
  })
  return rows.length === 0 ? [] : [table(rows)]
}

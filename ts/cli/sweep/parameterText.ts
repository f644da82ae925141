import { UsageError } from '../../errors.js'

const FORMS = 'KEY=MIN:MAX[:log][:int][:step=S], KEY=A,B,C or KEY={…}, as a spec has it'

/**
 * A parameter as `--parameter` takes it, by its key; whether it makes sense, a spec's check says.
 */
export function readParameter(text: string): readonly [key: string, parameter: unknown] {
  const [, key, value] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) fail(text, `is not ${FORMS}`)
  if (value.startsWith('{')) return [key, fromJson(text, value)]
  const [min, max, ...options] = value.split(':')
  if (isNumber(min) && isNumber(max)) {
    return [key, { min: Number(min), max: Number(max), ...optionsOf(text, options) }]
  }
  return [key, { choices: value.split(',').map(valueOf) }]
}

function optionsOf(text: string, options: readonly string[]): object {
  const entries = options.map((option) => {
    if (option === 'log' || option === 'int') return [option, true]
    const [name, step] = option.split('=')
    if (name === 'step' && isNumber(step)) return [name, Number(step)]
    return fail(text, `has ${JSON.stringify(option)}, which is none of log, int, step=S`)
  })
  return Object.fromEntries(entries) as object
}

/** Numbers and truths are meant as such. */
function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return isNumber(text) ? Number(text) : text
}

const isNumber = (text: string | undefined): boolean =>
  text !== undefined && text.trim() !== '' && Number.isFinite(Number(text))

function fromJson(text: string, json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    return fail(text, (error as Error).message)
  }
}

function fail(text: string, what: string): never {
  throw new UsageError(`--parameter ${JSON.stringify(text)} ${what}`)
}

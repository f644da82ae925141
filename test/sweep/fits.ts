import { expect } from 'vitest'
import type { Parameters } from '../../ts/sweep/job.js'
import type { ParameterSpecs, Range } from '../../ts/sweep/space.js'

/** What a space's words promise of a configuration, said again. */
export function expectToFit(specs: ParameterSpecs, parameters: Parameters): void {
  for (const [name, spec] of Object.entries(specs)) {
    const value = parameters[name]
    const counts = Object.entries(spec.when ?? {}).every(([other, values]) => {
      const told = parameters[other]
      return told !== undefined && values.includes(told)
    })
    expect(value !== undefined, name).toBe(counts)
    if (value === undefined) continue
    if ('choices' in spec) expect(spec.choices).toContain(value)
    else expectInRange(spec, Number(value))
  }
}

function expectInRange({ min, max, int, step }: Range, value: number): void {
  expect(value).toBeGreaterThanOrEqual(min)
  expect(value).toBeLessThanOrEqual(max)
  if (int === true) expect(value).toBe(Math.round(value))
  else if (step === undefined && value !== min && value !== max) {
    expect(value).toBe(Number(value.toPrecision(12)))
  }
  if (step !== undefined) {
    const steps = (value - min) / step
    expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6)
  }
}

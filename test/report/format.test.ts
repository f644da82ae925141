import { expect, test } from 'vitest'
import { grouped } from '../../ts/report/format.js'

test('thousands stand apart as the language has them', () => {
  for (const count of [0, 7, 999, 1000, 65_536, 100_000, 1e9, Number.MAX_SAFE_INTEGER]) {
    expect(grouped(count)).toBe(count.toLocaleString('en'))
  }
})

import { expect, test } from 'vitest'
import { percent, table } from '../../bench/table.mjs'

test('a table is as wide as its cells, its first column flush left, the others flush right', () => {
  const rows = [
    { rule: 'fa', rate: 12345 },
    { rule: 'shallow', rate: 7 },
    { rule: 'bp', rate: undefined },
  ]
  const columns = [
    ['rule', (row) => row.rule],
    ['rate', (row) => row.rate],
  ]
  expect(table(rows, columns).split('\n')).toEqual([
    'rule      rate',
    'fa       12345',
    'shallow      7',
    'bp',
  ])
})

test('per cent have one decimal', () => {
  expect([percent(0.9249), percent(1)]).toEqual(['92.5 %', '100.0 %'])
})

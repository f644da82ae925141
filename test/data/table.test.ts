import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRows } from '../../ts/data/csv.js'
import { readTable, type Header } from '../../ts/data/table.js'
import { FeedalignError } from '../../ts/errors.js'
import { temporaryFolder } from '../folders.js'
import { LIMIT, survive } from './damage.js'

const read = (text: string, header?: Header) => readTable('f', header, Buffer.from(text))

const plain = { columns: 3, rows: 2, values: Float32Array.of(1, 2.5, -3, 4e2, 0, 6) }

test('numbers are read whatever separates them, ends lines, or quotes them', async () => {
  const lines = ['1,2.5,-3', '4e2,0,6']
  for (const text of [
    lines.join('\n'),
    `${lines.join('\n')}\n`,
    `${lines.join('\r\n')}\r\n`,
    `\n${lines.join('\n\n')}\n\n`,
    lines.join('\n').replaceAll(',', ';'),
    lines.join('\n').replaceAll(',', '\t'),
    lines.join('\n').replaceAll(',', ' , '),
    '"1","2.5","-3"\n"4e2","0","6"',
  ]) {
    expect(await read(text), JSON.stringify(text)).toEqual({ names: undefined, ...plain })
  }
})

test('a first row that holds anything but numbers names the columns', async () => {
  const named = { names: ['a', 'b', 'c d'], ...plain }
  expect(await read('a,b,"c d"\n1,2.5,-3\n4e2,0,6')).toEqual(named)
  expect(await read('\uFEFFa, b,c d\n1,2.5,-3\n4e2,0,6')).toEqual(named)
  const numbers = await read('1,2,3\n1,2.5,-3\n4e2,0,6', true)
  expect(numbers).toEqual({ names: ['1', '2', '3'], ...plain })
})

test('a file is read as it streams by, in pieces that cut rows', async () => {
  const file = join(temporaryFolder(), 'large.csv')
  const rows = 150_000
  const text = Array.from({ length: rows }, (_, i) => `${i},${i % 7},0.5\n`).join('')
  expect(text.length).toBeGreaterThan(2 ** 20)
  writeFileSync(file, text)
  const table = await readTable(file)
  expect(table.rows).toBe(rows)
  const expected = Float32Array.from({ length: rows * 3 }, (_, at) => {
    const row = Math.floor(at / 3)
    return at % 3 === 0 ? row : at % 3 === 1 ? row % 7 : 0.5
  })
  expect(Buffer.from(table.values.buffer).equals(Buffer.from(expected.buffer))).toBe(true)
})

const wrong: readonly [string, string, Header | undefined, string][] = [
  ['nothing', '', undefined, 'f: no rows of numbers'],
  ['blank lines', '\n\n \n', undefined, 'f: no rows of numbers'],
  ['a header alone', 'a,b\n', undefined, 'f: no rows of numbers'],
  ['a column less', 'a,b\n1,2\n3\n', undefined, 'f: line 3: 1 columns, expected 2 as in line 1'],
  ['a column more', '1,2\n\n3,4,5', undefined, 'f: line 3: 3 columns, expected 2 as in line 1'],
  [
    'a text',
    'a,kind\n1,2\n3,setosa\n',
    undefined,
    'f: line 3, column "kind": "setosa" is no finite number; number texts from 0, fill what is',
  ],
  ['an empty value', '1,2\n3,\n', undefined, 'f: line 2, column 2: "" is no finite number'],
  ['an infinite value', '1,2\n-Infinity,1\n', undefined, 'column 1: "-Infinity" is no finite'],
  ['NaN', '1,2\n1,nan\n', undefined, 'f: line 2, column 2: "nan" is no finite number'],
  ['more than 32 bits hold', '1,2\n1,1e39\n', undefined, 'column 2: "1e39" is no finite number'],
  [
    'a header where there is to be none',
    'a,b\n1,2\n',
    false,
    'f: line 1, column 1: "a" is no finite number; a header is told by header=true',
  ],
  ['quotes that do not end', 'a,b\n"1,2\n3,4\n', undefined, 'f: line 2: Quoted field untermin'],
  ['binary', '\x93NUMPY\x01\0v\0', undefined, 'f: no rows of numbers'],
]

for (const [what, text, header, message] of wrong) {
  test(`${what} is refused with line, column, found and expected`, async () => {
    const error: unknown = await read(text, header).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(FeedalignError)
    expect((error as Error).message).toContain(message)
  })
}

test('a file that is not there is named', async () => {
  await expect(readTable('/nowhere/x.csv')).rejects.toThrow(
    '/nowhere/x.csv: no such file or directory (ENOENT)',
  )
})

test('rows without an end, and quotes without one, are refused before they fill memory', async () => {
  const file = join(temporaryFolder(), 'endless.csv')
  for (const text of ['1,'.repeat(2 ** 22), `"${'1,2\n'.repeat(2 ** 21)}`]) {
    writeFileSync(file, text)
    await expect(readTable(file)).rejects.toThrow(
      `${file}: line 1: more than 4194304 characters, the most of a row`,
    )
  }
})

test('what takes rows ends the reading by throwing', async () => {
  let taken = 0
  const text = Buffer.from('1\n2\n3\n')
  const stop = (): void => {
    taken++
    throw new FeedalignError('enough')
  }
  await expect(readRows('f', stop, text)).rejects.toThrow('enough')
  expect(taken).toBe(1)
})

test(
  'damaged files give a table or an error of ours',
  async () => {
    const corpus = ['a,b,c\n1,2,3\n4,5,6\n', '1;2.5\r\n-3;4e2\r\n', '"1","2"\n"3","4"\n']
    const parse = (bytes: Buffer) => readTable('f', 'auto', bytes)
    const files = corpus.map((text) => Buffer.from(text))
    const { accepted, refused } = await survive(files, parse)
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  },
  LIMIT,
)

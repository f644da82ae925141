import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../folders.js'
import { feedalign } from './command.js'

/** Two classes that their first column tells apart. */
const rows = Array.from({ length: 80 }, (_, i) => `${i % 2},${(i % 7) / 7},${i % 2}`).join('\n')
const NOTE = /my.csv has no test part: 25 % of each class, 20 chosen by seed 3, are kept/
const options = ['--data-options', 'test=0.25,seed=3']

function run(args: string[], cwd: string): { stdout: string; stderr: string } {
  const { status, stdout, stderr } = feedalign(args, cwd)
  expect({ args, status, stderr }).toMatchObject({ status: 0 })
  return { stdout, stderr }
}

const given = ['--data', 'my.csv', ...options, '--network', '2-8-2', '--threads', '1']

/** A folder with the table. */
function folder(): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'my.csv'), `a,b,label\n${rows}\n`)
  return cwd
}

test('own data is trained on, and evaluated and gone on with from anywhere', () => {
  const cwd = folder()
  const trained = run(['train', ...given, '--epochs', '1', '--out', 'run'], cwd)
  expect(trained.stderr).toMatch(NOTE)
  const elsewhere = temporaryFolder()
  const found = run(['evaluate', join(cwd, 'run'), '--json'], elsewhere)
  expect(found.stderr).toMatch(NOTE)
  const data = join(cwd, 'my.csv')
  expect(JSON.parse(found.stdout)).toMatchObject({ data, split: 'test', examples: 20 })
  const resumed = run(['train', '--resume', join(cwd, 'run'), '--epochs', '2', '--json'], elsewhere)
  expect(resumed.stdout).toContain('"resumedFrom":{"epoch":1,')
})

test('rules are compared on own data, and it is described', () => {
  const cwd = folder()
  const compared = ['compare', ...given, '--epochs', '1', '--rules', 'bp', '--no-save', '--json']
  expect(run(compared, cwd).stdout).toContain('"data":{"name":"my.csv","sample":false}')
  const told = JSON.parse(run(['data', 'info', 'my.csv', '--json'], cwd).stdout) as unknown
  expect(told).toMatchObject({ name: 'my.csv', folder: join(cwd, 'my.csv'), shape: [2] })
})

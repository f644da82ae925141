import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PageData } from '../../../ts/report/sweep/data.js'
import { pageData, pointsOfEach } from '../../../ts/report/sweep/pageData.js'
import { sweepPage } from '../../../ts/report/sweep/page.js'
import { pageScript } from '../../../ts/report/sweep/script.js'
import { temporaryFolder } from '../../folders.js'
import { generatedReport } from './generated.js'

const report = generatedReport({ configurations: 30, repeats: 3, epochs: 8 })
const page = sweepPage(report)

const dataOf = (text: string): PageData =>
  JSON.parse(
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(text)?.[1] ?? '',
  ) as PageData

test('a page holds its data, one script, and nothing from elsewhere', () => {
  expect(dataOf(page)).toEqual(JSON.parse(JSON.stringify(pageData(report))))
  expect(page).not.toMatch(/<link|<img|\bsrc=|@import|url\(/)
  expect(page.match(/<script/g)).toHaveLength(2)
  // Names of XML are no addresses.
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
})

test('its policy lets this script run, and no other', () => {
  const script = /<script type="module">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  expect(page).toContain(
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
  )
})

test('the script is one module that a browser can read', () => {
  const script = pageScript()
  expect(script).not.toMatch(/^(import|export) |<\/script|<!--|sourceMappingURL/m)
  const file = join(temporaryFolder(), 'script.mjs')
  writeFileSync(file, script)
  // It throws where a name is defined twice.
  execFileSync(process.execPath, ['--check', file])
})

test('no text of a spec, an error or a data set ends its element', () => {
  const evil = `</script><script>alert("&'")</script><!--`
  const [first] = report.configurations
  const [trial] = first?.trials ?? []
  if (first === undefined || trial === undefined) throw new Error('nothing was generated')
  const made = sweepPage({
    ...report,
    title: evil,
    data: { ...report.data, title: evil },
    rank: evil,
    stopped: evil,
    spec: { [evil]: evil },
    parameters: [{ name: evil, kind: 'choice', choices: [evil, 'fa'] }],
    configurations: [
      {
        ...first,
        parameters: { [evil]: evil },
        trials: [{ ...trial, state: 'failed', error: evil }],
      },
    ],
  })
  expect(made.match(/<script/g)).toHaveLength(2)
  expect(made.match(/<\/script/g)).toHaveLength(2)
  expect(made).not.toContain('<!--')
  expect(dataOf(made)).toMatchObject({
    parameters: [{ name: evil, choices: [evil, 'fa'] }],
    configurations: [{ values: [evil], trials: [{ error: evil }] }],
  })
})

test('a sweep on the test set is marked in words, others are not', () => {
  expect(sweepPage({ ...report, metric: 'testError' })).toContain('Ranked on the test set.')
  expect(page).not.toContain('Ranked on the test set.')
  expect(page).toContain('Only a sample of the set')
})

test('the summary counts trials by state and shows the best configuration', () => {
  const trials = report.configurations.flatMap((one) => one.trials)
  const counted = ['completed', 'pruned', 'failed'].flatMap((state) => {
    const count = trials.filter((one) => one.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  expect(page.includes(`<td>${trials.length}: ${counted.join(', ')}</td>`)).toBe(true)
  const best = dataOf(page).configurations[0]
  expect(page).toContain(`<th scope="row">configuration</th><td>${best?.configuration ?? NaN}</td>`)
})

test('a sweep of which nothing is known yet has a page', () => {
  const empty = sweepPage({ ...report, configurations: [] })
  expect(empty).toContain('No configuration has a value yet.')
  expect(dataOf(empty).configurations).toEqual([])
})

test('points of curves stay few however many curves there are, and each has two', () => {
  expect(pointsOfEach(3)).toBe(100)
  expect(pointsOfEach(30_000)).toBe(10)
  expect(pointsOfEach(1e6)).toBe(2)
  const long = generatedReport({ configurations: 2000, repeats: 1, epochs: 90 })
  const { configurations } = pageData(long)
  const points = configurations.flatMap(({ curves }) =>
    Object.values(curves).map(({ epochs }) => epochs.length),
  )
  expect(Math.max(...points)).toBe(50)
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Papa from 'papaparse'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ranked } from '../../../ts/report/sweep/ranking.js'
import { sweepPage } from '../../../ts/report/sweep/page.js'
import type { SweepReport } from '../../../ts/report/sweep/report.js'
import { findChromium } from './browser.js'
import { generatedReport } from './generated.js'

const executablePath = findChromium()
if (executablePath === undefined) {
  console.warn('no Chromium on the path and no CHROME_PATH: pages are not opened in a browser')
}

const report = generatedReport({ configurations: 150, repeats: 2, epochs: 8 })
const order = ranked(report).map(({ configuration }) => configuration)
const folder = mkdtempSync(join(tmpdir(), 'feedalign-page-'))

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser
  let page: Page
  /** What the browser complained of. */
  let complaints: string[]

  beforeAll(async () => {
    // Its sandbox cannot be had in most containers; the pages opened here are our own.
    const args = ['--no-sandbox']
    browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) })
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(async () => {
    complaints = []
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!/^(file|blob|data):/.test(request.url())) complaints.push(request.url())
    })
  })
  afterEach(async () => {
    await page.close()
    expect(complaints).toEqual([])
  })

  async function open(shown: SweepReport): Promise<void> {
    const file = join(folder, 'report.html')
    writeFileSync(file, sweepPage(shown))
    await page.goto(pathToFileURL(file).href)
    await page.locator('#count').waitFor()
  }

  const selected = async (count: number): Promise<void> => {
    const wanted = `${count} of ${report.configurations.length} configurations`
    await page.locator('#count').getByText(wanted, { exact: true }).waitFor({ timeout: 10_000 })
    const lines = await page.locator('#parallel canvas').nth(1).getAttribute('data-lines')
    expect(lines).toBe(String(count))
  }

  const rows = () => page.locator('#table tbody tr')
  const column = (place: number) => page.locator(`#table tbody tr > :nth-child(${place})`)

  /** Drags along an axis from one part of its height to another, both from the top. */
  async function drag(axis: number, from: number, to: number): Promise<void> {
    const line = page.locator('#parallel .axis').nth(axis).locator(':scope > line')
    await line.scrollIntoViewIfNeeded()
    const box = await line.boundingBox()
    if (box === null) throw new Error(`axis ${axis} is not seen`)
    const x = box.x + box.width / 2
    await page.mouse.move(x, box.y + from * box.height)
    await page.mouse.down()
    await page.mouse.move(x, box.y + to * box.height, { steps: 5 })
    await page.mouse.up()
  }

  test('a page has an axis a parameter and one of the metric, and a line a configuration', async () => {
    await open(report)
    const titles = await page.locator('#parallel .axis > .title > title').allTextContents()
    expect(titles).toEqual(['rule', 'learningRate (log)', 'batch', 'momentum', 'validationError'])
    const rates = page.locator('#parallel .axis').nth(1).locator('.tick text')
    expect((await rates.allTextContents()).join()).toContain('0.01')
    await selected(150)
    expect(await rows().count()).toBe(100)
    expect(await painted(page)).toBeGreaterThan(10_000)
  })

  test('a range dragged over an axis narrows table and curves, a second one further', async () => {
    await open(report)
    await drag(1, 0.25, 0.5)
    const rate = (one: (typeof order)[number]): number => Number(one.parameters['learningRate'])
    const within = order.filter((one) => {
      const place = Math.log(rate(one) / 0.001) / Math.log(300)
      return place >= 0.5 && place <= 0.75
    })
    await selected(within.length)
    expect(within.length).toBeLessThan(60)
    expect(await column(1).allTextContents()).toEqual(
      within.map(({ configuration }) => String(configuration)),
    )
    expect(await page.locator('#curves .curve').count()).toBe(8)
    await drag(0, -0.02, 0.1)
    const both = within.filter(({ parameters }) => parameters['rule'] === 'dfa')
    await selected(both.length)
    expect(new Set(await column(2).allTextContents())).toEqual(new Set(['dfa']))
    // A click on an axis clears what it has.
    await drag(0, 0.5, 0.5)
    await selected(within.length)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await selected(150)
  })

  test('what is absent has a place that can be selected', async () => {
    await open(report)
    await drag(3, 1.05, 1.14)
    const without = order.filter(({ parameters }) => parameters['momentum'] === undefined)
    await selected(without.length)
    expect(new Set(await column(5).allTextContents())).toEqual(new Set(['–']))
  })

  test('only the best are left where a number of them is asked for', async () => {
    await open(report)
    await page.getByLabel('only the best').fill('7')
    await selected(7)
    const best = order.slice(0, 7).map(({ configuration }) => String(configuration))
    expect(await column(1).allTextContents()).toEqual(best)
    expect(await page.locator('#curves .curve').count()).toBe(7)
  })

  test('all of it can be done with keys alone', async () => {
    await open(report)
    await page.getByText('Ranges as numbers').press('Enter')
    const from = page.getByRole('group', { name: 'batch' }).getByLabel('from')
    await from.focus()
    await page.keyboard.type('128')
    await page.keyboard.press('Tab')
    const large = order.filter(({ parameters }) => Number(parameters['batch']) >= 128)
    await selected(large.length)
    const fa = page.getByRole('group', { name: 'rule' }).getByLabel('fa', { exact: true })
    await fa.press('Space')
    const others = large.filter(({ parameters }) => parameters['rule'] !== 'fa')
    await selected(others.length)
    await page.getByRole('button', { name: 'learningRate' }).press('Enter')
    const rates = (await column(3).allTextContents()).map(Number)
    expect(rates).toEqual(rates.toSorted((a, b) => a - b))
  })

  test('a column sorts the table, pressed again the other way', async () => {
    await open(report)
    const head = page.getByRole('button', { name: 'validationError' })
    const errors = async () =>
      (await column(6).allTextContents()).map((text) => Number(text.split(' ')[0]))
    await head.click()
    const ascending = await errors()
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b))
    await head.click()
    const descending = await errors()
    expect(descending).toEqual(descending.toSorted((a, b) => b - a))
    expect(descending[0]).toBeGreaterThan(ascending[0] ?? NaN)
    expect(await page.locator('th[aria-sort=descending]').textContent()).toBe('validationError')
  })

  test('what is selected can be saved as CSV, a line a trial', async () => {
    await open(report)
    await page.getByLabel('only the best').fill('120')
    await selected(120)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    const text = readFileSync(await (await download).path(), 'utf8')
    const { data } = Papa.parse<Record<string, string>>(text, {
      header: true,
      skipEmptyLines: true,
    })
    const trials = order.slice(0, 120).flatMap((one) => one.trials)
    expect(data.map(({ trial }) => trial)).toEqual(trials.map(({ trial }) => String(trial)))
    expect(data.map(({ validationError }) => validationError)).toEqual(
      trials.map(({ metric }) => String(metric ?? '')),
    )
  })

  test('a line under the mouse tells its configuration', async () => {
    await open(report)
    await page.getByLabel('only the best').fill('1')
    await selected(1)
    const metric = page.locator('#parallel .axis').nth(4).locator(':scope > line')
    await metric.scrollIntoViewIfNeeded()
    const box = await metric.boundingBox()
    const places = report.configurations.flatMap(({ value }) => value ?? [])
    const [low, high] = [Math.min(...places), Math.max(...places)]
    const place = ((order[0]?.value ?? 0) - low) / (high - low)
    await page.mouse.move((box?.x ?? 0) - 2, (box?.y ?? 0) + (1 - place) * (box?.height ?? 0))
    const tip = await page.locator('.tip').innerText()
    expect(tip).toContain(`#${order[0]?.configuration ?? NaN} rule`)
  })

  test('a spec’s words run nothing and break nothing', async () => {
    const evil = `</script><script>window.ran = true</script><img src=x onerror="window.ran = true">`
    const configurations = report.configurations.map((one) => ({
      ...one,
      parameters: { [evil]: one.parameters['rule'] === 'fa' ? evil : 'other' },
      trials: one.trials.map((trial) => ({ ...trial, error: evil })),
    }))
    await open({
      ...report,
      title: evil,
      parameters: [{ name: evil, kind: 'choice', choices: [evil, 'other'] }],
      configurations,
    })
    await selected(150)
    expect(await column(2).allTextContents()).toContain(evil)
    expect(await page.evaluate('window.ran')).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
  })

  test('a sweep of one parameter, of one configuration, or of none opens too', async () => {
    const [first] = report.configurations
    const rule = report.parameters.slice(0, 1)
    for (const configurations of [[], first === undefined ? [] : [first]]) {
      for (const parameters of [[], rule, report.parameters]) {
        await open({ ...report, parameters, configurations })
        expect(await page.locator('#parallel .axis').count()).toBe(parameters.length + 1)
      }
    }
  })

  test('ten thousand configurations open and can be dragged over', async () => {
    await open(generatedReport({ configurations: 10_000, repeats: 1, epochs: 20 }))
    await drag(1, 0.25, 0.5)
    const fewer = /^[1-4]\d\d\d of 10000 configurations$/
    await page.locator('#count').getByText(fewer).waitFor()
    expect(await rows().count()).toBe(100)
  })
})

/** Pixels of the selected lines that are not empty. */
const painted = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelectorAll('#parallel canvas')[1]
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return data.filter((alpha, i) => i % 4 === 3 && alpha > 0).length
  })()`)

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lines } from '../report/svg.js'
import { temporaryFolder } from '../folders.js'
import { events, feedalign, small } from './command.js'

/** Points of the lines of the first chart of angles. */
function points(folder: string): number[] {
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
  const [, angles = ''] = page.match(/<svg.*?<\/svg>/gs) ?? []
  return lines(angles).map((line) => line.points)
}

test('train ends with a page of all epochs, also of those before it was resumed', () => {
  const folder = temporaryFolder()
  events(['train', ...small, '--epochs', '1', '--out', join(folder, 'run')], folder)
  // Of fa with one hidden block: two signals, two updates, weights and feedback, the pseudoinverse.
  expect(points(join(folder, 'run'))).toEqual([2, 2, 2, 2, 2, 2])
  events(['train', '--resume', join(folder, 'run'), '--epochs', '3'], folder)
  expect(points(join(folder, 'run'))).toEqual([4, 4, 4, 4, 4, 4])
})

test('train writes no page where it is told to write nothing', () => {
  const folder = temporaryFolder()
  const { status } = feedalign(['train', ...small, '--epochs', '1', '--no-save'], folder)
  expect(status).toBe(0)
  expect(existsSync(join(folder, 'runs'))).toBe(false)
})

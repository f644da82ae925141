import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { aboutText } from '../../ts/cli/dataAbout.js'
import { temporaryFolder } from '../folders.js'
import { feedalign, parse } from './command.js'

const data = process.env['FEEDALIGN_DATA']

describe('data info', () => {
  test('writes pictures as a PNG, and shows them in plain characters where no terminal is', () => {
    const cwd = temporaryFolder()
    const args = ['data', 'info', 'digits', '--strip', 'strip.png']
    const { status, stdout } = feedalign(args, cwd, { FORCE_COLOR: '1', COLORTERM: 'truecolor' })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^train {3}8,004 examples, inputs \d+\.\d\d ± \d+\.\d\d, per class \d/m)
    const art = stdout.split('\n\n')[1] ?? ''
    expect(art).toMatch(/^[ .:\-=+*#%@\n]+$/)
    expect(art).toMatch(/[#%@]/)
    const { width, height } = decode(readFileSync(join(cwd, 'strip.png')))
    expect([width, height]).toEqual([280, 28])
  })

  test('tells of a set what belongs to it alone, lists and maps as tables', () => {
    const about = { utterances: 160, phones: { aa: 'vowel' }, speakers: [{ id: 'fvmh0', n: 10 }] }
    expect(aboutText(about).join('\n')).toBe(
      'utterances  160\n\nphones\nname  value\n────  ─────\naa    vowel\n\n' +
        'speakers\nid     n\n─────  ──\nfvmh0  10',
    )
  })

  test('says where a PNG cannot be written, and which option there is not', () => {
    const written = feedalign(['data', 'info', 'digits', '--strip', '/proc/strip.png'])
    expect(written.stderr).toMatch(/^feedalign: --strip \/proc\/strip\.png: no such file.*\n$/)
    expect(written.status).toBe(1)
    const unknown = feedalign(['data', 'info', 'digits', '--data-options', 'colour=true'])
    expect(unknown.stderr).toMatch(/^feedalign: colour: digits has no options\n$/)
    expect(unknown.status).toBe(2)
  })
})

describe('data list', () => {
  test('has what a set is, how much it is to fetch, its terms and where it is', () => {
    const { stdout } = feedalign(['data', 'list', '--data-dir', temporaryFolder()])
    expect(stdout).toMatch(/^name +what +size +terms +folder$/m)
    expect(stdout).toMatch(/^mnist .* 11\.6 MB .* not found$/m)
  })
})

describe.skipIf(data === undefined)('a sample', () => {
  test('is called one by list and info, and has no checksums of its set', () => {
    const listed = feedalign(['data', 'list'])
    expect(listed.stdout).toMatch(/svhn-sample \(a sample\)$/m)
    const [info] = parse(feedalign(['data', 'info', 'svhn', '--json']).stdout)
    const counts = { train: { examples: 866 }, test: { examples: 217 } }
    expect(info).toMatchObject({ name: 'svhn', sample: true, splits: counts })
    const { status, stdout } = feedalign(['data', 'verify', 'svhn'])
    expect(stdout).toMatch(/^unknown {2}.*svhn-sample: a sample of the set, of which no checksums/)
    expect(status).toBe(0)
  })
})

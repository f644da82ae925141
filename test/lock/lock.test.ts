import { spawn } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { FeedalignError } from '../../ts/errors.js'
import { nameOf, ownHolder, type Holder } from '../../ts/lock/holder.js'
import { liveHolder, Lock, type LockOptions } from '../../ts/lock/lock.js'
import { built, child, kill, lines } from '../children.js'
import { temporaryFolder } from '../folders.js'

const options = { name: 'lock', doing: 'is at work in it' }

/** A lock that is held until the test ends. */
function take(folder: string, more: Partial<LockOptions> = {}): Lock {
  const lock = new Lock(folder, { ...options, ...more })
  onTestFinished(() => {
    lock.release()
  })
  return lock
}

/** A lock as that process would have left it, with its last sign of life so long ago. */
function leftBy(holder: Partial<Holder>, seconds = 0): string {
  const folder = temporaryFolder()
  const file = join(folder, 'lock', nameOf({ ...ownHolder(), ...holder }))
  mkdirSync(join(folder, 'lock'))
  writeFileSync(file, '')
  const shown = Date.now() / 1000 - seconds
  utimesSync(file, shown, shown)
  return folder
}

describe('a lock', () => {
  test('keeps others out until it is released, and then leaves nothing behind', () => {
    const folder = temporaryFolder()
    const lock = new Lock(folder, options)
    expect(() => take(folder)).toThrow(FeedalignError)
    expect(() => take(folder)).toThrow(
      `${folder}: process ${process.pid} on ${ownHolder().host} is at work in it; ` +
        `if it is not, remove ${join(folder, 'lock')}`,
    )
    expect(liveHolder(folder, 'lock')).toEqual(ownHolder())
    lock.release()
    expect(readdirSync(folder)).toEqual([])
    expect(liveHolder(folder, 'lock')).toBeUndefined()
    take(folder)
  })

  test('in a folder that is missing, or as a file, is an error that names it', () => {
    const folder = temporaryFolder()
    expect(() => take(join(folder, 'x'))).toThrow(/^cannot write .*x\/lock: no such file/)
    writeFileSync(join(folder, 'lock'), '')
    expect(() => take(folder)).toThrow(/^cannot write .*lock: not a directory/)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('of a process that was killed is taken over at once', async () => {
    const folder = temporaryFolder()
    const holder = child(
      `import { Lock } from ${JSON.stringify(built('lock/lock.js'))}
      new Lock(process.argv[1], ${JSON.stringify(options)})
      console.log('held')
      setTimeout(() => undefined, 1e6)`,
      [folder],
    )
    for await (const line of lines(holder)) if (line === 'held') break
    expect(() => take(folder)).toThrow(`process ${holder.pid} on `)
    expect(liveHolder(folder, 'lock')?.pid).toBe(holder.pid)
    await kill(holder)
    expect(liveHolder(folder, 'lock')).toBeUndefined()
    take(folder)
  })

  test('of a process whose number another has by now is taken over', () => {
    take(leftBy({ start: '1' }))
  })

  test('that a process left which was killed while it took it is cleared away', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, `lock.${nameOf({ ...ownHolder(), pid: 4194304 })}`))
    mkdirSync(join(folder, 'lock.mine'))
    take(folder)
    expect(readdirSync(folder)).toEqual(['lock', 'lock.mine'])
  })

  test('of something else is left to the user', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'lock', 'own'), { recursive: true })
    expect(() => take(folder)).toThrow(/process \? on \? is at work in it; if it is not, remove/)
  })
})

describe('a lock of another host', () => {
  test('is refused, also where it is old', () => {
    expect(() => take(leftBy({ host: 'elsewhere' }, 3600))).toThrow(/on elsewhere is at work/)
  })

  test('is taken over by whoever says so, once it was silent for a minute', () => {
    const folder = leftBy({ host: 'elsewhere' }, 50)
    expect(() => take(folder, { takeOver: true })).toThrow(/on elsewhere is at work/)
    take(leftBy({ host: 'elsewhere' }, 70), { takeOver: true })
  })

  test('is taken over unasked where the host is this one before it was started anew', () => {
    expect(() => take(leftBy({ space: 'abc' }, 50))).toThrow(/is at work/)
    take(leftBy({ space: 'abc' }, 70))
  })
})

describe('the holder', () => {
  afterEach(() => vi.useRealTimers())

  test('shows that it is alive, and notices when the lock is gone', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const folder = temporaryFolder()
    const lock = take(folder)
    const file = join(folder, 'lock', nameOf(ownHolder()))
    utimesSync(file, 0, 0)
    vi.advanceTimersByTime(20_000)
    expect(lock.lost).toBe(false)
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(60_000)
    rmSync(join(folder, 'lock'), { recursive: true })
    vi.advanceTimersByTime(20_000)
    expect(lock.lost).toBe(true)
  })

  test('looks at once when it was suspended, before a beat', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    const folder = temporaryFolder()
    const lock = take(folder)
    rmSync(join(folder, 'lock', nameOf(ownHolder())))
    expect(lock.lost).toBe(false)
    vi.setSystemTime(Date.now() + 70_000)
    expect(lock.lost).toBe(true)
  })
})

test.skipIf(process.platform !== 'linux')('a zombie holds nothing', async () => {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
  onTestFinished(() => {
    parent.kill()
  })
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  // The shell would look after its child, the program that takes its place does not.
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'latin1') === 'sleep\n')
  process.kill(pid, 'SIGKILL')
  const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')
  await until(() => stat()[2] === 'Z')
  take(leftBy({ pid, start: stat()[21] ?? '' }))
})

const ROUNDS = 40
const PROCESSES = 5

test('of several processes that find a lock whose holder has ended, one gets it', async () => {
  const folders = Array.from({ length: ROUNDS }, () => leftBy({ pid: 4194304 }))
  const script = `
    import { Lock } from ${JSON.stringify(built('lock/lock.js'))}
    const [folders, begin] = process.argv.slice(1).map((text) => JSON.parse(text))
    const won = folders.map((folder, round) => {
      while (Date.now() < begin + 10 * round);
      try {
        return new Lock(folder, ${JSON.stringify(options)}) && 1
      } catch (error) {
        if (!/is at work in it/.test(error.message)) console.error(error)
        return 0
      }
    })
    console.log(JSON.stringify(won))
    setTimeout(() => undefined, 1e6)`
  const args = [JSON.stringify(folders), String(Date.now() + 1000)]
  const all = Array.from({ length: PROCESSES }, () => child(script, args))
  const won = await Promise.all(
    all.map(async (one) => {
      for await (const line of lines(one)) return JSON.parse(line) as number[]
      return []
    }),
  )
  const winners = folders.map((_, round) => won.reduce((sum, one) => sum + (one[round] ?? 0), 0))
  expect(winners).toEqual(folders.map(() => 1))
})

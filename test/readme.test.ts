import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The README's code blocks of a language. */
function blocks(language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g')
  return [...text.matchAll(fence)].map(([, code = '']) => code)
}

test('the library examples of the README run as they stand', () => {
  const examples = blocks('ts')
  expect(examples).toHaveLength(2)
  const [training = '', rule = ''] = examples
  // The package finds itself by its own name.
  const run = (code: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: root,
      encoding: 'utf8',
    })
  const trained = run(`${training}\nconsole.log(shape.join(), data.length)`)
  expect(trained.stderr).toBe('')
  expect(trained.stdout.trim().split('\n')).toHaveLength(5)
  expect(trained.stdout).toMatch(/784,256 200704\n$/)
  const defined = run(`${rule}\nconsole.log(mixed.name)`)
  expect([defined.stderr, defined.stdout]).toEqual(['', 'mixed\n'])
})

test('the commands of the README have the flags that it gives them', () => {
  const lines = blocks('sh').flatMap((block) => block.split('\n'))
  const commands = lines.flatMap((line) => /^npx feedalign (.*)$/.exec(line)?.[1] ?? [])
  expect(commands.length).toBeGreaterThan(5)
  for (const command of commands) {
    const args = command.split(' ')
    const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
    const help = spawnSync(process.execPath, [main, ...args, '--help'], { encoding: 'utf8' })
    expect([command, help.status]).toEqual([command, 0])
    const flags = args.filter((arg) => arg.startsWith('--'))
    for (const flag of flags) expect(help.stdout).toContain(flag)
  }
})

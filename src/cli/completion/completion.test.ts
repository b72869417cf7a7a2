import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commands } from '../commands/index.ts'
import { runCli } from '../testing/run-in-process.ts'

const scriptOf = async (shell: string) => (await runCli(['completion', shell])).stdout

/** What bash offers for a line whose last word is being typed. */
async function offered(line: string): Promise<readonly string[]> {
  const words = line.split(' ')
  const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _fairlead; printf '%s\\n' "\${COMPREPLY[@]}"`
  const text = execFileSync('bash', ['--norc', '-c', `${await scriptOf('bash')}\n${ask}`], {
    encoding: 'utf8',
    cwd: '/',
  })
  return text.split('\n').filter((word) => word !== '')
}

describe('bash completion', () => {
  it('is a script that bash takes', async () => {
    expect(execFileSync('bash', ['-n'], { input: await scriptOf('bash'), encoding: 'utf8' })).toBe('')
  })

  it.each([
    ['fairlead sta', ['status']],
    ['fairlead models ', ['pull', 'list', 'verify']],
    ['fairlead up --ad', ['--admin-port']],
    ['fairlead up --target ', ['local']],
    ['fairlead completion ', ['bash', 'zsh', 'fish']],
    ['fairlead init --preset ex', ['external']],
    ['fairlead models list --j', ['--json']],
    ['fairlead chat --j', []],
    ['fairlead up et', ['etc']],
  ])('offers for `%s` what is meant', async (line, words) => {
    expect(await offered(line)).toEqual(words)
  })
})

describe('every completion script', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s knows every command and every option', async (shell) => {
    const script = await scriptOf(shell)
    for (const { name, options = [] } of commands) {
      for (const word of name.split(' ')) expect(script).toContain(word)
      for (const option of options)
        expect(script).toContain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`)
    }
  })
})

import { describe, expect, it } from 'vitest'
import { commands } from './commands/index.ts'
import { commandReference } from './reference.ts'

describe('the command reference', () => {
  it.each(commands.map((command) => [command.name, command] as const))('documents `%s` whole', (name, command) => {
    const text = commandReference()
    expect(text).toContain(`### fairlead ${name}\n`)
    for (const { command: line } of command.examples) expect(text).toContain(`$ ${line}\n`)
    for (const option of command.options ?? []) expect(text).toContain(`--${option.name}`)
  })
})

describe('the commands as data', () => {
  it('have names, options and letters that are unique', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
    for (const { options = [] } of commands) {
      const names = options.map(({ name }) => `--${name}`)
      const letters = options.flatMap(({ short }) => (short === undefined ? [] : [`-${short}`]))
      const all = [...names, ...letters, '--quiet', '-q', '--no-color', '--debug', '--help', '-h', '--json', '--format']
      expect(new Set(all).size).toBe(all.length)
    }
  })

  it('each load their handler', async () => {
    for (const command of commands) expect(await command.load()).toBeTypeOf('function')
  })
})

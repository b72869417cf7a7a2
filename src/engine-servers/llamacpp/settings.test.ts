import { describe, expect, it } from 'vitest'
import { parseSettings } from './settings.ts'

const environment = { FAIRLEAD_ENGINE_FOLDER: '/engine' }

describe('the command line of our llama.cpp server', () => {
  it('is that of llama-server', () => {
    const line =
      '--model /m.gguf --alias a,b --host 0.0.0.0 --port 9 --ctx-size 6144 --parallel 3 --threads 2 --metrics --jinja'
    expect(parseSettings(line.split(' '), environment)).toMatchObject({
      engineFolder: '/engine',
      modelPath: '/m.gguf',
      modelNames: ['a', 'b'],
      host: '0.0.0.0',
      port: 9,
      contextLength: 2048,
      sequences: 3,
      threads: 2,
    })
  })

  it('takes the short forms and fills in the rest', () => {
    expect(parseSettings(['-m', '/x/y.gguf', '-c', '512', '-t', '1'], environment)).toMatchObject({
      modelNames: ['y'],
      host: '127.0.0.1',
      port: 8080,
      contextLength: 512,
      sequences: 1,
      threads: 1,
    })
  })

  it.each([
    [[], environment, 'The flag --model FILE is missing.'],
    [['-m', 'x'], {}, /--engine-folder FOLDER is missing/],
    [['-m', 'x', '--port', 'http'], environment, '--port takes a whole number from 0 to 65535, not "http".'],
    [['-m', 'x', '--parallel', '0'], environment, /--parallel takes a whole number from 1 /],
    [['-m', 'x', '--mlock'], environment, /Unknown option '--mlock'/],
  ])('refuses %j', (argv, given, message) => {
    expect(() => parseSettings(argv, given)).toThrow(message)
  })
})

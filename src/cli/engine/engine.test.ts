import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { parseSettings as parseLlamacpp } from '../../engine-servers/llamacpp/settings.ts'
import { prepareSimulated } from '../../engine-servers/simulated/prepare.ts'
import type { UserError } from '../../errors/index.ts'
import { engineLlamacpp } from '../commands/engine-llamacpp.ts'
import { engineSimulated } from '../commands/engine-simulated.ts'
import { runCli } from '../testing/run-in-process.ts'
import { engineArguments } from './engine-arguments.ts'

const launcher = fileURLToPath(new URL('../../../bin/fairlead.js', import.meta.url))
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** The command as a process; resolves once it says that it listens. */
async function startEngine(...args: readonly string[]) {
  const child = spawn(process.execPath, [launcher, 'engine', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let errors = ''
  child.stderr.on('data', (text) => (errors += String(text)))
  const first = await Promise.race([once(child.stdout, 'data'), exit.then(() => null)])
  if (first === null) return { child, exit, errors: () => errors, url: '' }
  const { port } = JSON.parse(String(first[0])) as { port: number }
  return { child, exit, errors: () => errors, url: `http://127.0.0.1:${port}` }
}

describe('the engine commands', () => {
  it('take every flag that the engine servers take, so that a container can be told what a process is told', () => {
    const problem = (() => {
      try {
        parseLlamacpp(['--nothing'], {})
      } catch (error) {
        return error
      }
      return undefined
    })()
    const flags = (problem as UserError).parts.why?.match(/--[a-z-]+/g)
    expect(engineLlamacpp.options?.map(({ name }) => `--${name}`).sort()).toEqual(flags?.sort())
  })

  it('hand the simulated engine its flags as they are', async () => {
    const options = { model: 'm', alias: 'a,b', host: '0.0.0.0', port: '8000', context: '99', 'grace-ms': '7' }
    const args = engineArguments({ ...options, settings: '{"ttft":1}' })
    expect(args).toHaveLength(engineSimulated.options?.length ?? 0)
    expect(await prepareSimulated(args)).toMatchObject({ host: '0.0.0.0', port: 8000, graceMs: 7 })
  })

  it('leave switches out that are off', () => {
    const args = engineArguments({ model: 'm.gguf', metrics: true, jinja: false })
    expect(args).toEqual(['--model=m.gguf', '--metrics'])
  })

  // proves B14 (simulated)
  it(
    'become the engine under the same process id, and let an open answer finish at SIGTERM',
    { timeout: 60_000 },
    async () => {
      const engine = await startEngine(
        'simulated',
        '--model=m',
        '--host=0.0.0.0',
        '--settings',
        '{"tokensPerSecond":20}',
      )
      const body = JSON.stringify({
        model: 'm',
        stream: true,
        max_tokens: 10,
        messages: [{ role: 'user', content: 'hi' }],
      })
      const answer = await fetch(`${engine.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      engine.child.kill('SIGTERM')
      expect(await answer.text()).toContain('data: [DONE]')
      // The signal went to the process that was started, so that one was the engine.
      expect(await engine.exit).toEqual([0, null])
    },
  )

  it('say what is wrong with the engine’s flags, as the engine does', { timeout: 60_000 }, async () => {
    const wrong = await startEngine('simulated', '--model=m', '--port=99999')
    expect(await wrong.exit).toEqual([64, null])
    expect(wrong.errors()).toContain('--port takes a whole number from 0 to 65535')
    const missing = await startEngine('llamacpp', '--model=/nowhere.gguf', '--engine-folder=/nowhere')
    expect(await missing.exit).toEqual([1, null])
    expect(missing.errors()).toContain('is not installed where it was said to be')
  })

  it('install nothing that is none of ours', async () => {
    const { code, stderr } = await runCli(['engine', 'install', 'vllm'])
    expect([code, stderr.includes('There is no engine "vllm"')]).toEqual([64, true])
  })
})

/** An address that answers with that status. */
async function serving(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`
}

describe('fairlead health', () => {
  // proves B14 (stand-in)
  it.each([
    ['is ready', 200, 0, 'ready'],
    ['drains', 503, 1, 'answers 503'],
  ])('tells a container runtime that a gateway %s', async (_what, status, code, text) => {
    const url = await serving(status)
    const asked = await runCli(['health', url])
    expect(asked.code).toBe(code)
    expect(asked.stdout + asked.stderr).toContain(text)
    const byVariable = await runCli(['health'], { env: { FAIRLEAD_HEALTH_URL: url } })
    expect(byVariable.code).toBe(code)
  })

  it('fails for an address where nobody listens, and for what is no address', async () => {
    const nobody = await runCli(['health', 'http://127.0.0.1:9/readyz'])
    expect([nobody.code, nobody.stderr.includes('ECONNREFUSED')]).toEqual([1, true])
    expect((await runCli(['health', '127.0.0.1:8080'])).code).toBe(64)
  })
})

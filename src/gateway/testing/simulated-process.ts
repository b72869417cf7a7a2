import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startServer } from '../../engine-servers/serving/index.ts'
import { prepareSimulated } from '../../engine-servers/simulated/index.ts'

const main = fileURLToPath(new URL('../../engine-servers/simulated/main.ts', import.meta.url))

/** A simulated engine. */
export interface SimulatedUnderTest {
  readonly url: string
  readonly port: number
  /** Asks it directly, past any gateway; its answer, parsed. */
  ask(path: string, body: object): Promise<unknown>
  kill(): Promise<void>
}

const argumentsOf = (settings: object, context: number, port: number): readonly string[] => [
  '--model=m',
  `--port=${port}`,
  `--context=${context}`,
  `--settings=${JSON.stringify({ ttft: 1, tokensPerSecond: 2000, ...settings })}`,
]

const askAt = (url: string) => async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' }
  return await (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

/** Starts one in this process, as fast as can be. */
export async function startSimulatedHere(settings: object, context: number, port = 0): Promise<SimulatedUnderTest> {
  const server = await startServer({ ...(await prepareSimulated(argumentsOf(settings, context, port))), log: () => {} })
  return { url: server.url, port: server.port, ask: askAt(server.url), kill: () => server.close() }
}

/** Starts one in a process of its own, which can be killed; resolves once it listens. */
export async function startSimulatedProcess(settings: object, context: number, port = 0): Promise<SimulatedUnderTest> {
  const args = ['--disable-warning=ExperimentalWarning', main, ...argumentsOf(settings, context, port)]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const listening = await firstLine(child)
  const { port: itsPort } = JSON.parse(listening) as { readonly port: number }
  const url = `http://127.0.0.1:${itsPort}`
  return {
    url,
    port: itsPort,
    ask: askAt(url),
    async kill() {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (child.exitCode !== null || child.signalCode !== null) return
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
      await promise
    },
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  child.stdout?.on('data', (piece: Buffer) => {
    text += piece.toString()
    const [line, rest] = text.split('\n')
    if (line !== undefined && rest !== undefined) resolve(line)
  })
  child.once('exit', (code) => reject(new Error(`the simulated engine ended with ${code}`)))
  return promise
}

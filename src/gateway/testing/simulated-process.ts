import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../engine-servers/simulated/main.ts', import.meta.url))

/** A simulated engine in a process of its own. */
export interface SimulatedProcess {
  readonly url: string
  readonly port: number
  /** Asks it directly, past any gateway; its answer, parsed. */
  ask(path: string, body: object): Promise<unknown>
  kill(): Promise<void>
}

/** Starts one; resolves once it listens. */
export async function startSimulatedProcess(settings: object, context: number, port = 0): Promise<SimulatedProcess> {
  const fast = { ttft: 1, tokensPerSecond: 2000, ...settings }
  const args = [main, '--model=m', `--port=${port}`, `--context=${context}`, `--settings=${JSON.stringify(fast)}`]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const listening = await firstLine(child)
  const { port: itsPort } = JSON.parse(listening) as { readonly port: number }
  const url = `http://127.0.0.1:${itsPort}`
  return {
    url,
    port: itsPort,
    async ask(path, body) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      return await answer.json()
    },
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

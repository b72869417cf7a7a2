import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { provideRealEngine } from '../../src/engine-servers/llamacpp/testing/real-engine.ts'

/** A llama.cpp engine with SmolLM2 that serves. */
export interface ServingEngine {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Sequences at once, more than any load has; tokens of each. */
const sequences = 4
const contextTokens = 1024

/** Starts the engine that `npm start` starts, on one core. */
export async function startRealEngine(): Promise<ServingEngine> {
  const { engineFolder, modelPath } = await provideRealEngine()
  const flags = {
    model: modelPath,
    alias: 'smollm2',
    port: 0,
    threads: 1,
    parallel: sequences,
    'ctx-size': sequences * contextTokens,
    'engine-folder': engineFolder,
  }
  const child = spawn(
    process.execPath,
    [
      'src/engine-servers/llamacpp/main.ts',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { port } = JSON.parse(line.toString()) as { port: number }
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/health`)).ok) await new Promise((resolve) => setTimeout(resolve, 200))
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

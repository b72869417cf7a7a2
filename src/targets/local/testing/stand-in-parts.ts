import { fileURLToPath } from 'node:url'
import type { EngineCache } from '../../../engine-cache/contract.ts'
import type { Engine } from '../../../engines/contract.ts'
import type { ModelStore } from '../../../models/contract.ts'
import type { LocalParts } from '../parts.ts'
import { systemClock } from '../supervisor/clock.ts'

const script = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))
const node = (name: string, args: readonly string[]) => ({
  program: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', script(name), ...args],
  env: {},
})

/** An engine whose process is the stand-in; `engineArgs` of the model are its flags. */
export const standInEngine: Engine = {
  name: 'simulated',
  title: 'Stand-in',
  runsLocally: true,
  needsModelFile: false,
  routes: [],
  readinessPath: '/health',
  metricsPath: '/metrics',
  launch: ({ model, port, modelPath = 'no weights' }) => ({
    program: { kind: 'server', name: 'simulated' },
    args: ['--port', String(port), '--model-path', modelPath, ...model.engineArgs],
    env: {},
  }),
  parseLoad: () => ({}),
}

const emptyCache: EngineCache = {
  find: async () => undefined,
  install: async () => {
    throw new Error('no test installs an engine')
  },
  expectedBytes: () => 30_000_000,
}

const emptyStore: ModelStore = {
  find: async () => undefined,
  pull: async () => {
    throw new Error('no test pulls a model from here')
  },
  list: async () => [],
  verify: async () => [],
}

/** Parts whose processes are real and small: the stand-ins beside this file. Restarts are quick. */
export const standInParts: LocalParts = {
  engineFor: (name) =>
    name === 'llamacpp'
      ? { ...standInEngine, name, needsModelFile: true }
      : { ...standInEngine, name, runsLocally: name !== 'vllm' },
  openEngineCache: () => emptyCache,
  openModelStore: () => emptyStore,
  programs: {
    gateway: ({ fleetFile, stateFile, port, adminPort }) =>
      node('stand-in-gateway', [
        '--fleet',
        fleetFile,
        '--state',
        stateFile,
        '--port',
        String(port),
        '--admin-port',
        String(adminPort),
      ]),
    engine: ({ args }) => node('stand-in-engine', args),
  },
  clock: systemClock,
  restartPolicy: {
    firstDelayMs: 20,
    factor: 2,
    longestDelayMs: 200,
    jitter: 0.2,
    crashesUntilVerdict: 3,
    stableAfterMs: 60_000,
    crashLoopDelayMs: 300,
  },
  engineGraceMs: 2_000,
}

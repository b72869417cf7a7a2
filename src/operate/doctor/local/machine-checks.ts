import { parseListenAddress } from '../../../fleet/index.ts'
import { formatBytes, modelsFolder } from '../../../files/index.ts'
import { planStorage } from '../../../plan/index.ts'
import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { memoryAtOnce } from '../needs.ts'
import type { LocalPlace } from './place.ts'

/** Oldest major version of Node that runs Fairlead (`engines` of package.json). */
const oldestNode = 24

const targets = ['local'] as const

/** The machine itself. */
export const machineChecks: readonly Check<LocalPlace>[] = [
  {
    id: 'local.node',
    targets,
    what: 'Node.js is new enough',
    why: 'Older ones cannot run Fairlead’s sources, and lack what the gateway builds on.',
    how: 'the version of the Node.js that runs this command',
    mend: `Install Node.js ${oldestNode}, or leave it to \`npm install\`, which brings one.`,
    command: 'node --version',
    after: [],
    look: ({ machine: { nodeVersion } }) =>
      Number(nodeVersion.split('.')[0]) >= oldestNode
        ? ok(`Node.js ${nodeVersion}`)
        : failed(`Node.js ${nodeVersion} is older than ${oldestNode}`),
  },
  {
    id: 'local.ports',
    targets,
    what: 'the ports of the gateway are free',
    why: 'The gateway cannot listen where another program does.',
    how: 'listens on both for a moment; where the Fleet runs, they are its own',
    mend: 'Stop what listens there, or choose other ports with `gateway.listen` or --port.',
    command: 'ss -ltnp',
    after: [],
    look: async ({ fleet, machine, status }) => {
      if (status.running) return ok('this Fleet listens there itself')
      const listen = parseListenAddress(fleet.gateway.listen)
      const admin =
        fleet.gateway.admin === undefined
          ? { host: '127.0.0.1', port: listen.port === 0 ? 0 : listen.port + 1 }
          : parseListenAddress(fleet.gateway.admin)
      const taken: string[] = []
      for (const { host, port } of [listen, admin]) {
        const code = await machine.whyTaken(host, port)
        if (code !== undefined) taken.push(`${host}:${port} (${code})`)
      }
      return taken.length === 0
        ? ok(`${listen.host}:${listen.port} and ${admin.host}:${admin.port} are free`)
        : failed(`${taken.join(' and ')} cannot be listened on`)
    },
  },
  {
    id: 'local.cores',
    targets,
    what: 'there are processor cores for what runs on them',
    why: 'The gateway and engines without a GPU share them; fewer cores than processes make all of them slow.',
    how: 'cores that this process may use, against `threads` of models and workers of the gateway',
    mend: 'Lower `threads`, `replicas` or `gateway.workers`.',
    command: 'nproc',
    after: [],
    look: ({ fleet, machine: { cores } }) => {
      const { workers } = fleet.gateway
      const asked = fleet.models.reduce((sum, { threads = 0, replicas }) => sum + threads * replicas, workers)
      return asked <= cores
        ? ok(`${cores} cores`)
        : warning(`${asked} threads are asked for, and there are ${cores} cores`)
    },
  },
  {
    id: 'local.memory',
    targets,
    what: 'the models fit in this machine’s memory',
    why: 'The kernel kills an engine that takes more than there is.',
    how: 'memory that is free or can be freed, against what the plan says of all replicas',
    mend: 'Set a shorter `context` or fewer `replicas`, or take a smaller `quantization`.',
    command: 'fairlead plan --offline',
    after: [],
    look: ({ plan, machine, status }) => {
      const wanted = memoryAtOnce(plan)
      if (wanted === 0) return notApplicable('no model’s size is known')
      if (status.running) return ok('the Fleet runs')
      const there = `${formatBytes(wanted)} of ${formatBytes(machine.availableMemoryBytes)} that are free`
      return wanted <= machine.availableMemoryBytes ? ok(there) : failed(`it wants ${there}`)
    },
  },
  {
    id: 'local.disk',
    targets,
    what: 'the disk holds the models that are still to be fetched',
    why: 'A download that fills the disk fails, and everything else that writes there with it.',
    how: 'free bytes where models are kept, against the weights of models that are not stored',
    mend: 'Free some space, or keep models elsewhere with `storage.models.path`.',
    command: 'df -h',
    after: [],
    look: async ({ fleet, plan, environment, machine, storedBytes }) => {
      const folder = fleet.storage.models.path ?? modelsFolder(environment)
      let missing = 0
      for (const { model, bytes } of planStorage(plan).weights) {
        const entry = fleet.models.find(({ name }) => name === model)
        if (entry !== undefined && (await storedBytes(entry)) === undefined) missing += bytes
      }
      const free = await machine.freeDiskBytes(folder)
      if (free === undefined) return warning(`${folder} cannot be looked at`)
      if (missing > free)
        return failed(`${formatBytes(missing)} are to be fetched, and ${formatBytes(free)} are free at ${folder}`)
      return ok(
        missing === 0
          ? `nothing is to be fetched; ${formatBytes(free)} are free`
          : `${formatBytes(missing)} of ${formatBytes(free)}`,
      )
    },
  },
]

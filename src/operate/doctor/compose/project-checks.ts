import { join } from 'node:path'
import { formatBytes } from '../../../files/index.ts'
import { parseListenAddress, type Fleet } from '../../../fleet/index.ts'
import { secretsElsewhere } from '../../../targets/compose/index.ts'
import { secretsOf } from '../../../targets/index.ts'
import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { memoryAtOnce } from '../needs.ts'
import type { ComposePlace } from './place.ts'

const targets = ['compose'] as const

/** What the project needs of its host and its folder. */
export const projectChecks: readonly Check<ComposePlace>[] = [
  {
    id: 'compose.ports',
    targets,
    what: 'the ports of the gateway are free',
    why: 'Docker cannot publish a port that is taken.',
    how: 'listens on it for a moment; where the project runs, it is its own',
    mend: 'Stop what listens there, or choose another with `gateway.listen`.',
    command: 'ss -ltnp',
    after: ['compose.docker'],
    look: async ({ fleet, machine }) => {
      const { host, port } = parseListenAddress(fleet.gateway.listen)
      const code = await machine.whyTaken(host, port)
      if (code === undefined) return ok(`${host}:${port} is free`)
      const project = fleet.targets.compose.project ?? fleet.name
      const own = await machine.run('docker', [
        'ps',
        '--quiet',
        '--filter',
        `label=com.docker.compose.project=${project}`,
      ])
      return own?.code === 0 && own.stdout.trim() !== ''
        ? ok('the project runs and listens there')
        : failed(`${host}:${port} cannot be listened on (${code})`)
    },
  },
  {
    id: 'compose.memory',
    targets,
    what: 'the containers fit in the host’s memory',
    why: 'The kernel kills what takes more than there is.',
    how: 'memory of this host that is free or can be freed, against the plan',
    mend: 'Set a shorter `context` or fewer `replicas`.',
    command: 'fairlead plan --offline',
    after: [],
    look: ({ plan, machine }) => {
      const wanted = memoryAtOnce(plan)
      if (wanted === 0) return notApplicable('no model’s size is known')
      const there = `${formatBytes(wanted)} of ${formatBytes(machine.availableMemoryBytes)} that are free`
      return wanted <= machine.availableMemoryBytes ? ok(there) : warning(`it wants ${there}`)
    },
  },
  {
    id: 'compose.disk',
    targets,
    what: 'Docker’s disk holds images and models',
    why: 'A pull or a download that fills the disk fails, and every container with it.',
    how: 'free bytes at Docker’s root folder, against weights and images of the plan',
    mend: 'Free some space (`docker system df` shows what Docker holds), or move Docker’s data-root.',
    command: 'docker system df',
    after: ['compose.docker'],
    look: async ({ plan, machine }) => {
      const wanted = Math.max(0, ...plan.nodes.map(({ diskBytesPerNode }) => diskBytesPerNode))
      const info = await machine.run('docker', ['info', '--format', '{{.DockerRootDir}}'])
      const root = info?.stdout.trim() || '/var/lib/docker'
      const free = await machine.freeDiskBytes(root)
      if (free === undefined) return warning(`${root} cannot be looked at`)
      const there = `${formatBytes(wanted)} of ${formatBytes(free)} at ${root}`
      return wanted <= free ? ok(there) : failed(`it wants ${there}`)
    },
  },
  {
    id: 'compose.env',
    targets,
    what: 'the variables of the project have values',
    why: 'Compose refuses to start, or the gateway does without its keys.',
    how: 'looks for each variable that the Fleet names in .env beside compose.yaml and in the environment',
    mend: 'Copy .env.example to .env and fill it in, or set each by its name.',
    command: 'fairlead secrets check --target compose',
    after: [],
    look: async ({ fleet, machine, folder, environment }) => {
      const names = [...new Set(secretsHere(fleet).flatMap(({ reference }) => reference.env ?? []))]
      if (names.length === 0) return notApplicable('the Fleet names none')
      const text = (await machine.readText(join(folder, '.env'))) ?? ''
      const filled = new Set(
        text
          .split('\n')
          .flatMap((line) => /^\s*(?:export\s+)?(\w+)\s*=\s*(?!\s*(?:#|$)|""\s*$|''\s*$)/.exec(line)?.[1] ?? []),
      )
      const missing = names.filter((name) => !filled.has(name) && !environment[name])
      return missing.length === 0
        ? ok(`${names.length} of ${names.length}`)
        : failed(
            `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} neither in ${join(folder, '.env')} nor in the environment`,
          )
    },
  },
  {
    id: 'compose.secret-files',
    targets,
    what: 'the files of secrets are there',
    why: 'Compose refuses to start a service whose secret has no file.',
    how: 'looks for secrets/NAME/KEY beside compose.yaml',
    mend: 'Write each secret into its file, readable for containers (0644) in a folder that is closed (0700), as `fairlead secrets set` does.',
    command: 'fairlead secrets check --target compose',
    after: [],
    look: async ({ fleet, machine, folder }) => {
      const references = secretsHere(fleet).flatMap(({ reference }) => reference.secretRef ?? [])
      if (references.length === 0) return notApplicable('the Fleet names none')
      for (const { name, key } of references) {
        const path = join(folder, 'secrets', name, key)
        if (!(await machine.isThere(path))) return failed(`${path} is not there`)
      }
      return ok(`${references.length} of ${references.length}`)
    },
  },
]

/** Secrets that the project of this host reads. */
function secretsHere(fleet: Fleet) {
  const elsewhere = secretsElsewhere(fleet)
  return secretsOf(fleet, 'compose').filter(({ path }) => !elsewhere.has(path))
}

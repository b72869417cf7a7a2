import { explainFailure } from '../../../engines/index.ts'
import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { gpusAtOnce } from '../needs.ts'
import { firstLine } from '../nvidia.ts'
import type { Machine } from '../machine.ts'
import type { ComposePlace } from './place.ts'

const targets = ['compose'] as const

/** Oldest versions that take the rendered project (docs/targets/compose.md). */
const oldestDocker = 25
/** Compose 2.24: `env_file` with `required: false`, `!reset`, and device reservations by index. */
const oldestCompose = [2, 24] as const

/** A part of what the daemon says of itself; undefined where it does not answer. */
async function dockerInfo(machine: Machine, part: string): Promise<unknown> {
  const result = await machine.run('docker', ['info', '--format', `{{json .${part}}}`])
  if (result?.code !== 0) return undefined
  try {
    return JSON.parse(result.stdout)
  } catch {
    return undefined
  }
}

/** Docker, Compose, and GPUs in containers. */
export const dockerChecks: readonly Check<ComposePlace>[] = [
  {
    id: 'compose.docker',
    targets,
    what: 'Docker answers and is new enough',
    why: 'Everything of the project runs in it.',
    how: '`docker version`, of the client and of the daemon',
    mend: `Install Docker Engine ${oldestDocker} or newer and start it; your user has to be in the group docker.`,
    command: 'docker version',
    after: [],
    look: async ({ machine }) => {
      const result = await machine.run('docker', ['version', '--format', '{{.Client.Version}} {{.Server.Version}}'])
      if (result === undefined) return failed('there is no docker on PATH')
      if (result.code !== 0) return failed(`the daemon does not answer: ${firstLine(result.stderr)}`)
      const server = result.stdout.trim().split(' ')[1] ?? ''
      return Number(server.split('.')[0]) >= oldestDocker
        ? ok(`Docker Engine ${server}`)
        : failed(`Docker Engine ${server} is older than ${oldestDocker}`)
    },
  },
  {
    id: 'compose.compose',
    targets,
    what: 'Docker Compose is new enough',
    why: 'Older ones refuse parts of the project.',
    how: '`docker compose version`',
    mend: `Install the Compose plugin ${oldestCompose.join('.')} or newer.`,
    command: 'docker compose version',
    after: ['compose.docker'],
    look: async ({ machine }) => {
      const result = await machine.run('docker', ['compose', 'version', '--short'])
      if (result?.code !== 0) return failed('`docker compose` is not there')
      const text = result.stdout.trim().replace(/^v/, '')
      const [major = 0, minor = 0] = text.split('.').map(Number)
      const isNew = major > oldestCompose[0] || (major === oldestCompose[0] && minor >= oldestCompose[1])
      return isNew ? ok(`Compose ${text}`) : failed(`Compose ${text} is older than ${oldestCompose.join('.')}`)
    },
  },
  {
    id: 'compose.nvidia-runtime',
    targets,
    what: 'Docker knows the NVIDIA runtime',
    why: 'Containers see no GPU without it.',
    how: 'runtimes and CDI devices that `docker info` lists',
    mend: 'Install the NVIDIA Container Toolkit and register it, then restart Docker.',
    command: 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    after: ['compose.docker'],
    look: async ({ plan, machine }) => {
      if (gpusAtOnce(plan) === 0) return notApplicable('no model of this Fleet runs on a GPU')
      const runtimes = await dockerInfo(machine, 'Runtimes')
      if (typeof runtimes === 'object' && runtimes !== null && 'nvidia' in runtimes) return ok('runtime nvidia')
      const devices = JSON.stringify((await dockerInfo(machine, 'DiscoveredDevices')) ?? null)
      return devices.includes('nvidia.com/gpu')
        ? ok('CDI devices nvidia.com/gpu')
        : failed('there is neither a runtime nvidia nor a CDI device')
    },
  },
  {
    id: 'compose.gpu-in-container',
    targets,
    what: 'a container sees the GPUs',
    why: 'A registered runtime may still fail: a driver without its libraries, a toolkit that is too old.',
    how: 'runs `nvidia-smi -L` in the image of an engine that is there already; fetches none',
    mend: 'Look at what it says; most often the toolkit and the driver do not fit each other.',
    command: 'docker run --rm --gpus all ubuntu nvidia-smi -L',
    after: ['compose.nvidia-runtime'],
    look: async ({ plan, machine, engineImages }) => {
      if (gpusAtOnce(plan) === 0) return notApplicable('no model of this Fleet runs on a GPU')
      for (const image of engineImages) {
        if ((await machine.run('docker', ['image', 'inspect', '--format', '{{.Id}}', image]))?.code !== 0) continue
        const result = await machine.run('docker', [
          'run',
          '--rm',
          '--gpus',
          'all',
          '--entrypoint',
          'nvidia-smi',
          image,
          '-L',
        ])
        const seen = (result?.stdout ?? '').split('\n').filter((line) => line.startsWith('GPU ')).length
        if (result?.code !== 0) return failed(firstLine(result?.stderr ?? '') || 'nvidia-smi fails in a container')
        return seen >= gpusAtOnce(plan)
          ? ok(`${seen} GPUs`)
          : failed(`a container sees ${seen} GPUs of ${gpusAtOnce(plan)} that are wanted`)
      }
      return notApplicable('no image of an engine is there yet; `docker compose pull` fetches them')
    },
  },
  {
    id: 'compose.networks',
    targets,
    what: 'the external networks are there',
    why: 'Compose refuses to start a project whose external network is missing.',
    how: '`docker network inspect` of each that the Fleet names',
    mend: 'Make the network, or leave `targets.compose.network` out.',
    after: ['compose.docker'],
    look: async ({ fleet, machine }) => {
      const { network, furtherNetworks } = fleet.targets.compose
      const names = network === undefined ? furtherNetworks : [network, ...furtherNetworks]
      if (names.length === 0) return notApplicable('the Fleet names none')
      for (const name of names) {
        const result = await machine.run('docker', ['network', 'inspect', '--format', '{{.Name}}', name])
        if (result?.code !== 0) return failed(`there is no network ${name}`, undefined, `docker network create ${name}`)
      }
      return ok(names.join(', '))
    },
  },
  {
    id: 'compose.containers',
    targets,
    what: 'the containers of the project run',
    why: 'One that ended serves nothing.',
    how: '`docker ps` of the project, and the last lines of those that ended',
    mend: 'Read its log.',
    command: 'docker compose ps --all',
    after: ['compose.docker'],
    look: async ({ fleet, machine }) => {
      const project = fleet.targets.compose.project ?? fleet.name
      const { bad, count } = await containersOf(machine, project)
      if (count === 0) return notApplicable('none of this project is there')
      return bad.length === 0 ? ok(`${count} run`) : warning(bad.join('; '))
    },
  },
]

/** The containers of a project, and what is wrong with those that do not run. */
async function containersOf(machine: Machine, project: string): Promise<{ count: number; bad: string[] }> {
  const format = '{{.Names}}\t{{.State}}\t{{.Status}}'
  const filter = `label=com.docker.compose.project=${project}`
  const result = await machine.run('docker', ['ps', '--all', '--filter', filter, '--format', format])
  const lines = (result?.stdout ?? '').split('\n').filter((line) => line !== '')
  const bad: string[] = []
  for (const line of lines) {
    const [name = '', state = '', status = ''] = line.split('\t')
    // What fetches weights ends well, and is to.
    if ((state === 'running' && !status.includes('unhealthy')) || status.startsWith('Exited (0)')) continue
    bad.push(`${name}: ${status}${await whyEnded(machine, name, status)}`)
  }
  return { count: lines.length, bad }
}

async function whyEnded(machine: Machine, name: string, status: string): Promise<string> {
  const result = await machine.run('docker', ['logs', '--tail', '200', name])
  const lines = `${result?.stdout ?? ''}\n${result?.stderr ?? ''}`.split('\n')
  const code = /^Exited \((\d+)\)/.exec(status)?.[1]
  const explained = explainFailure(undefined, lines, code === undefined ? {} : { code: Number(code) })
  return explained === undefined ? '' : `, because ${explained.meaning}. ${explained.mend}`
}

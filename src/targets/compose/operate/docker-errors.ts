import { UserError, type UserErrorParts } from '../../../errors/index.ts'

/** What is not there that the target needs. */
export type MissingDocker =
  | { readonly kind: 'docker' }
  | { readonly kind: 'old'; readonly version: string; readonly oldest: string }

const install = 'https://docs.docker.com/engine/install/'

/** Docker or its plugin Compose is missing or too old. */
export function explainMissingDocker(missing: MissingDocker): UserError {
  if (missing.kind === 'docker') {
    return new UserError({
      what: 'There is no command `docker` here',
      why: 'Target compose runs Fleets by the Docker CLI and its plugin Compose.',
      mend: `Install Docker Engine with the Compose plugin (${install}), or put \`docker\` on PATH.`,
      command: 'docker compose version',
    })
  }
  return new UserError({
    what: `Docker Compose ${missing.version} is too old`,
    why: `Target compose needs ${missing.oldest} or later: health checks with \`start_interval\`, and \`ps\` that prints a line for each container.`,
    mend: `Update the plugin docker-compose-plugin (${install}).`,
    command: 'docker compose version',
  })
}

interface Known {
  /** Of what Docker or Compose prints, in any of its versions since 2.24. */
  readonly pattern: RegExp
  readonly parts: (match: RegExpExecArray) => UserErrorParts
}

const known: readonly Known[] = [
  {
    pattern:
      /unknown command: docker compose|'compose' is not a docker command|unknown flag: --short|unknown shorthand flag: 'p' in -p/,
    parts: () => ({
      what: 'Docker has no plugin Compose here',
      why: 'Target compose runs Fleets by `docker compose`.',
      mend: `Install the plugin docker-compose-plugin (${install}).`,
      command: 'docker compose version',
    }),
  },
  {
    pattern: /permission denied while trying to connect to the Docker daemon socket at (\S+?):? /,
    parts: ([, socket = '']) => ({
      what: 'Docker does not let this user in',
      where: socket,
      why: 'The socket of the daemon is for root and the group docker.',
      mend: 'Join the group and log in anew (its members are as good as root), or use a rootless Docker or another DOCKER_HOST.',
      command: 'sudo usermod -aG docker "$USER"',
    }),
  },
  {
    pattern: /Cannot connect to the Docker daemon at (\S+?)\. /,
    parts: ([, address = '']) => ({
      what: 'The Docker daemon does not run',
      where: address,
      why: 'Nobody answers there.',
      mend: 'Start it, or point DOCKER_HOST or `docker context use` at one that runs.',
      command: 'sudo systemctl start docker',
    }),
  },
  {
    pattern: /required variable (\w+) is missing a value/,
    parts: ([, name = '']) => ({
      what: `The variable ${name} is not set`,
      why: 'The project reads it from `.env` beside compose.yaml, or from the environment.',
      mend: 'Write it there; .env.example lists them all.',
    }),
  },
  {
    pattern: /(?:Bind for (\S+) failed: port is already allocated|listen tcp[46]? (\S+): bind: address already in use)/,
    parts: ([, bound, listened]) => ({
      what: `The port of ${bound ?? listened ?? ''} is taken`,
      why: 'Another container or process of this host listens there.',
      mend: 'Stop it, or choose another `gateway.listen` in the Fleet.',
      command: 'docker ps --format "{{.Names}}  {{.Ports}}"',
    }),
  },
  {
    pattern: /could not select device driver "nvidia"|unknown or invalid runtime name: nvidia|nvidia-container-cli/,
    parts: () => ({
      what: 'Docker can give no container a GPU here',
      why: 'The NVIDIA Container Toolkit is not installed, or Docker does not know of it.',
      mend: 'Install it (https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/) and tell Docker:',
      command: 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    }),
  },
  {
    pattern: /(?:manifest for (\S+) not found|failed to resolve reference "([^"]+)"|pull access denied for (\S+?),)/,
    parts: ([, a, b, c]) => ({
      what: `The image ${a ?? b ?? c ?? ''} cannot be fetched`,
      why: 'The registry has none of that name and tag, or wants a login.',
      mend: 'Check the image and its tag in the Fleet, or log in to its registry.',
      command: 'docker login',
    }),
  },
  {
    pattern: /no space left on device/,
    parts: () => ({
      what: 'The disk of Docker is full',
      mend: 'Free some, for instance of images that nothing uses.',
      command: 'docker system df && docker image prune',
    }),
  },
]

/** The last lines of what a command printed; Compose tells its progress before them. */
const lastLines = (text: string) => text.trim().split('\n').slice(-5).join('\n')

/** A command that failed, in words with a way on. */
export function explainDockerFailure(args: readonly string[], code: number | null, text: string): UserError {
  for (const { pattern, parts } of known) {
    const match = pattern.exec(text)
    if (match !== null) return new UserError(parts(match))
  }
  const command = `docker ${args.join(' ')}`
  const printed = lastLines(text)
  return new UserError({
    what: `\`${args.slice(0, 2).join(' ')}\` of Docker failed`,
    why: printed === '' ? `It ended with exit code ${code ?? 'unknown'} and said nothing.` : printed,
    mend: 'The command by itself may tell more:',
    command,
  })
}

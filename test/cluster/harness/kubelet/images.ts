import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { instructionsOf, lastOf, pairsOf, readDockerfile } from '../../../harness/dockerfile.ts'
import { repository } from '../../../harness/world.ts'

/** What an image is on this machine: programs that are here, in the places where the image has them. */
export interface LocalImage {
  /** Put before a container's arguments where it names no command. */
  readonly entrypoint: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingFolder: string
  /** Numbers of the user and group that it runs as where the Pod says nothing. */
  readonly user: number
  readonly group: number
}

interface Mapping {
  readonly image: RegExp
  /** Undefined where this machine lacks what the image holds. */
  readonly local: () => LocalImage | undefined
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** As the Dockerfile of this checkout says. */
function fairlead(): LocalImage {
  const dockerfile = readDockerfile(join(repository, 'Dockerfile'))
  const image = instructionsOf(dockerfile, dockerfile.stages.at(-1)?.name ?? '')
  const [user, group] = lastOf(image, 'USER').split(':').map(Number)
  return {
    entrypoint: JSON.parse(lastOf(image, 'ENTRYPOINT')) as string[],
    environment: Object.fromEntries(pairsOf(image, 'ENV')),
    workingFolder: lastOf(image, 'WORKDIR'),
    user: user ?? 0,
    group: group ?? 0,
  }
}

/** An image whose programs are those of this machine, run by root as most images are. */
const plain = (...entrypoint: string[]): LocalImage => ({
  entrypoint,
  environment: { PATH: path },
  workingFolder: '/',
  user: 0,
  group: 0,
})

function whereInstalled(program: string): LocalImage | undefined {
  const isHere = path.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  return isHere ? plain(program) : undefined
}

/**
 * Images that Pods of the test cluster may have. Fairlead's is this checkout. An engine's is **not the engine**: it is the
 * simulated one, which takes the engine's command line as far as it says where to listen and what it is called. Those of
 * llm-d and Envoy are stand-ins too (`stand-ins/llm-d/`).
 */
const mappings: readonly Mapping[] = [
  { image: /(^|\/)fairlead\/fairlead(:|@|$)/, local: fairlead },
  { image: /(^|\/)vllm\/vllm-openai(:|@|$)/, local: () => plain('vllm', 'serve') },
  { image: /(^|\/)llm-d\/llm-d-router-endpoint-picker(:|@|$)/, local: () => plain('/app/epp') },
  { image: /(^|\/)envoyproxy\/envoy(:|@|$)/, local: () => plain('envoy') },
  { image: /(^|\/)(library\/)?redis(:|@|$)/, local: () => whereInstalled('redis-server') },
  { image: /^tools\.test\//, local: () => plain() },
]

/** The local form of an image; undefined when there is none, which is a pull that fails. */
export function findImage(name: string): LocalImage | undefined {
  return mappings.find(({ image }) => image.test(name))?.local()
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Container } from '../../../../src/kubernetes/index.ts'
import { compiledPlace, repositoryMounts } from './repository-mounts.ts'
import type { ContainerTask } from './container-process.ts'
import { resolveEnvironment } from './environment.ts'
import { expand } from './expand.ts'
import type { LocalImage } from './images.ts'
import type { PodContext } from './pod-context.ts'

/** A container cannot be made from what the Pod says. */
export class WrongContainer extends Error {}

/** Where what a container writes is kept, a file for each of its starts. */
export const logFile = (podFolder: string, container: string, start: number): string =>
  join(podFolder, 'logs', `${container}-${start}.log`)

/** What a container of a Pod is, as a process to start. Throws MissingReference, WrongContainer. */
export function makeTask(context: PodContext, container: Container, image: LocalImage, start: number): ContainerTask {
  const pod = context.pod()
  const given = {
    NODE_COMPILE_CACHE: compiledPlace,
    ...image.environment,
    HOSTNAME: pod.metadata?.name ?? '',
    ...context.variables,
  }
  const environment = resolveEnvironment(pod, container, context.references, given)
  const all = [...(container.command ?? image.entrypoint), ...(container.args ?? [])]
  const folder = join(context.folder, 'containers', `${container.name}-${start}`)
  mkdirSync(folder, { recursive: true })
  mkdirSync(join(context.folder, 'logs'), { recursive: true })
  const own = container.securityContext
  const shared = pod.spec?.securityContext
  const user = own?.runAsUser ?? shared?.runAsUser ?? image.user
  if ((own?.runAsNonRoot ?? shared?.runAsNonRoot) === true && user === 0) {
    throw new WrongContainer('container has runAsNonRoot and image will run as root')
  }
  const groups = [shared?.fsGroup, ...(shared?.supplementalGroups ?? [])].filter((group) => group !== undefined)
  return {
    enter: context.sandbox.enter,
    folder,
    logFile: logFile(context.folder, container.name, start),
    command: all.map((word) => expand(word, environment)),
    environment,
    workingFolder: container.workingDir ?? image.workingFolder,
    mounts: [
      ...repositoryMounts(context.compiledFolder),
      { source: context.resolverFile, target: '/etc/resolv.conf', isReadOnly: true },
      { source: context.hostsFile, target: '/etc/hosts', isReadOnly: true },
      ...context.volumes.mounts(container, environment),
    ],
    user: context.hasUsers ? user : 'own',
    group: own?.runAsGroup ?? shared?.runAsGroup ?? image.group,
    groups,
    isRootReadOnly: own?.readOnlyRootFilesystem ?? false,
  }
}

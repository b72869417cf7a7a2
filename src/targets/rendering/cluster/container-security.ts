import { factsFor } from '../../../engines/index.ts'
import type { PodSecurityContext, SecurityContext } from '../../../kubernetes/index.ts'
import type { EngineService } from '../engine-service.ts'

/** How a pod’s processes run, by what their image allows. */
export interface PodSecurity {
  /** Numbers of the user and its group; null where the image’s own user is kept. */
  readonly user: { readonly id: number; readonly group: number } | null
  /** Home folder of that user that the process writes to; absent where it writes to none. */
  readonly home?: string
  /** Whether nothing of the image’s own files is written. */
  readonly readOnlyRoot: boolean
  /** Why it is less than `restricted` (https://kubernetes.io/docs/concepts/security/pod-security-standards/); absent where not. */
  readonly whyLess?: string
}

/** User of our own image, and of others that run as any user. */
const ownUser = { id: 65_532, group: 65_532 }

/** The gateway and our own engines. */
export const ownSecurity: PodSecurity = { user: ownUser, readOnlyRoot: true }

/** What an engine’s image allows. A person’s own image keeps its own user, since nobody knows what it is made for. */
export function engineSecurity({ model }: EngineService): PodSecurity {
  const { engine, image, engineVersion } = model
  if (image !== undefined) {
    return { user: null, readOnlyRoot: false, whyLess: 'The Fleet’s own image says which user it runs as.' }
  }
  switch (engine) {
    case 'vllm':
      // docker/Dockerfile of vLLM makes the user 2000 of group 0 with /home/vllm; versions before it had only root.
      return engineVersion === undefined || engineVersion.replace(/^v/, '') === factsFor('vllm').version
        ? { user: { id: 2_000, group: 0 }, home: '/home/vllm', readOnlyRoot: false }
        : {
            user: null,
            readOnlyRoot: false,
            whyLess: `vLLM ${engineVersion}: whether its image has a user other than root is not known.`,
          }
    case 'sglang':
      return {
        user: null,
        readOnlyRoot: false,
        whyLess: 'SGLang’s image is made for root and keeps its caches in /root.',
      }
    case 'llamacpp':
    case 'simulated':
    case 'external':
      return ownSecurity
  }
}

/**
 * Group that the Fleet’s volumes belong to, whoever writes to them. One for all: pods with different ones would take a shared
 * volume from each other.
 */
const volumesGroup = 2_000

/** Of the whole pod. @param ownsVolumes whether its volumes are the Fleet’s own, so that it can write to them */
export function podSecurityContext({ user }: PodSecurity, ownsVolumes: boolean): PodSecurityContext {
  return {
    ...(user === null ? {} : { runAsNonRoot: true, runAsUser: user.id, runAsGroup: user.group }),
    ...(ownsVolumes ? { fsGroup: volumesGroup, fsGroupChangePolicy: 'OnRootMismatch' } : {}),
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

/** Of a container: no way to more rights than it begins with. */
export const containerSecurityContext = ({ readOnlyRoot }: PodSecurity): SecurityContext => ({
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  ...(readOnlyRoot ? { readOnlyRootFilesystem: true } : {}),
})

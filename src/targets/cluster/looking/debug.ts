import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, Pod, SecurityContext } from '../../../kubernetes/index.ts'
import type { DebugRequest } from '../../contract.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import type { Live } from '../fleets/parts.ts'
import { choosePod, firstContainer } from './exec.ts'

/** An image of tools is small; one that is not there after this cannot be pulled. */
const startMs = 120_000
const pollMs = 500

/**
 * Starts an ephemeral container beside the engine of a pod, which sees its processes, and joins it from a terminal; without one
 * shows what it writes. It ends with its command, and
 * stays in the pod’s list until the pod goes: Kubernetes takes none away.
 */
export async function debugInFleet(client: ClusterClient, fleet: string, request: DebugRequest): Promise<number> {
  const { subject, image, command, streams, signal, onChosen } = request
  const { namespace, inventory } = await requireFleet(client, fleet)
  const pod = await choosePod(client, { namespace, inventory }, subject)
  const name = `fairlead-debug-${randomBytes(3).toString('hex')}`
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name }
  const container = debugContainer(pod, { name, image, command, tty: streams.terminal !== undefined })
  await client.patch(
    ref,
    {
      // Another who adds one at the same time is not overwritten: the pod must be as it was read.
      metadata: { resourceVersion: pod.metadata.resourceVersion },
      spec: { ephemeralContainers: [...(pod.spec?.ephemeralContainers ?? []), container] },
    },
    { subresource: 'ephemeralcontainers' },
  )
  const look = async () => stateOf((await client.get(ref)) as Live<Pod> | undefined, name)
  const state = await untilStarted(look, { name, image, signal })
  onChosen?.(`${pod.metadata.name}/${name}`)
  const place = { namespace, pod: pod.metadata.name, container: name }
  if (streams.terminal !== undefined && state.terminated === undefined) {
    await client.attach({ ...place, streams, signal })
  } else {
    // Its log has what it wrote before anybody could join it.
    for await (const line of client.logs({ ...place, follow: true, signal })) streams.output.write(`${line}\n`)
  }
  return (await untilEnded(look, signal))?.exitCode ?? 0
}

/** What the container is: of the engine’s user, and with no right that the strictest pod security forbids. */
export function debugContainer(
  pod: Live<Pod>,
  {
    name,
    image,
    command,
    tty,
  }: { readonly name: string; readonly image: string; readonly command: readonly string[]; readonly tty: boolean },
): NonNullable<NonNullable<Pod['spec']>['ephemeralContainers']>[number] {
  const target = firstContainer(pod)
  const own = pod.spec?.containers.find((container) => container.name === target)?.securityContext
  return {
    name,
    image,
    ...(command.length === 0 ? {} : { command: [...command] }),
    targetContainerName: target,
    ...(tty ? { stdin: true, tty } : {}),
    securityContext: {
      ...sameUser(own),
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  }
}

/** Whoever looks at the processes of a user is that user. */
function sameUser(own: SecurityContext | undefined): SecurityContext {
  const { runAsUser, runAsGroup, runAsNonRoot } = own ?? {}
  return {
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    ...(runAsNonRoot === undefined ? {} : { runAsNonRoot }),
  }
}

type State = NonNullable<NonNullable<NonNullable<Pod['status']>['ephemeralContainerStatuses']>[number]['state']>

function stateOf(pod: Live<Pod> | undefined, name: string): State | undefined {
  if (pod === undefined)
    throw new UserError({ what: 'The pod is gone', mend: 'Choose another.', command: 'fairlead status' })
  return pod.status?.ephemeralContainerStatuses?.find((status) => status.name === name)?.state
}

/** Reasons of the kubelet after which it does not start. */
const inVain = new Set([
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
])

async function untilStarted(
  look: () => Promise<State | undefined>,
  { name, image, signal }: { readonly name: string; readonly image: string; readonly signal: AbortSignal },
): Promise<State> {
  for (const deadline = performance.now() + startMs; ; await delay(pollMs, undefined, { signal })) {
    const state = await look()
    if (state?.running !== undefined || state?.terminated !== undefined) return state
    const reason = state?.waiting?.reason ?? ''
    if (inVain.has(reason) || performance.now() > deadline) {
      throw new UserError({
        what: `Container ${name} with image ${image} does not start`,
        why:
          [reason, state?.waiting?.message].filter((part) => (part ?? '') !== '').join(': ') ||
          'Its node says nothing.',
        mend: 'Name an image that the node can pull with --image; one without root where pods are restricted.',
      })
    }
  }
}

/** How it ended; undefined where somebody left it who did not end it. */
async function untilEnded(look: () => Promise<State | undefined>, signal: AbortSignal): Promise<State['terminated']> {
  for (
    const deadline = performance.now() + 5_000;
    performance.now() < deadline;
    await delay(pollMs, undefined, { signal })
  ) {
    const state = await look()
    if (state?.terminated !== undefined) return state.terminated
  }
  return undefined
}

import { UserError } from '../../errors/index.ts'
import type { ClusterClient } from '../../kubernetes/index.ts'
import { planOf, type FleetSource, type Target } from '../contract.ts'
import { applyState, planState, requireRendered, type DesiredState } from './applying/apply-fleet.ts'

/** The targets whose Fleets are objects of an API server. */
export const clusterTargetNames = ['kubernetes', 'kserve', 'llmd'] as const
/** One of them. */
export type ClusterTargetName = (typeof clusterTargetNames)[number]

/** What a target on Kubernetes is made of; tests hand in others. */
export interface ClusterTargetParts {
  /** Connects; asked for once, when the first verb needs it. */
  readonly connect: () => Promise<ClusterClient>
}

/** Fails in place of a verb that this version does not have; nothing was done. */
function notYet(verb: string, name: ClusterTargetName, mend: string, command: string): Promise<never> {
  return Promise.reject(
    new UserError({
      what: `This version of Fairlead has no \`${verb}\` for target ${name} yet`,
      why: 'Nothing was changed.',
      mend,
      command,
    }),
  )
}

/** Fails in place of a verb that yields things one by one. */
async function* notYetEach(
  verb: string,
  name: ClusterTargetName,
  mend: string,
  command: string,
): AsyncGenerator<never> {
  yield await notYet(verb, name, mend, command)
}

const all = (fleet: string) => `kubectl get all -l fairlead.dev/fleet=${fleet}`

/** What a source is to become in a cluster: its objects, in the Fleet’s namespace. */
function desiredState(target: ClusterTargetName, source: FleetSource): DesiredState {
  const rendered = requireRendered(source)
  const objects = rendered.artifacts.flatMap((artifact) => (artifact.kind === 'object' ? [artifact.object] : []))
  return { target, fleet: source.fleet, namespace: source.fleet.targets[target].namespace, objects, rendered }
}

/** A target over the API server of a cluster. */
export function createClusterTarget(name: ClusterTargetName, { connect }: ClusterTargetParts): Target {
  let connecting: Promise<ClusterClient> | undefined
  const client = () => (connecting ??= connect())
  const see = 'kubectl shows what is there:'
  return {
    name,
    async plan(source) {
      const { actions } = await planState(await client(), desiredState(name, source), {
        signal: new AbortController().signal,
      })
      return planOf(actions)
    },
    async apply(source, context) {
      await applyState(await client(), desiredState(name, source), context)
    },
    status: (fleet) => notYet('status', name, see, all(fleet)),
    list: () => notYet('list', name, see, 'kubectl get deployments -A -l app.kubernetes.io/part-of=fairlead'),
    logs: (fleet) => notYetEach('logs', name, 'kubectl reads them:', `kubectl logs -l fairlead.dev/fleet=${fleet}`),
    events: () => notYetEach('events', name, see, 'kubectl events'),
    scale: (fleet, { model }) =>
      notYet(
        'scale',
        name,
        'Change `replicas` in the Fleet file and apply it.',
        all(`${fleet},fairlead.dev/model=${model}`),
      ),
    restart: (fleet) =>
      notYet('restart', name, 'kubectl does it:', `kubectl rollout restart deployment -l fairlead.dev/fleet=${fleet}`),
    rollout: (fleet) =>
      notYet('rollout', name, see, `kubectl rollout status deployment -l fairlead.dev/fleet=${fleet}`),
    revisions: (fleet) => notYet('revisions', name, see, all(fleet)),
    rollback: (fleet) => notYet('rollback', name, 'Apply the earlier Fleet file.', all(fleet)),
    delete: (fleet) =>
      notYet(
        'delete',
        name,
        'kubectl deletes by label:',
        `kubectl delete all,configmap,networkpolicy -l fairlead.dev/fleet=${fleet}`,
      ),
    portForward: (fleet) =>
      notYet('port-forward', name, 'kubectl does it:', `kubectl port-forward service/${fleet} 8080`),
    close: async () => (await connecting?.catch(() => undefined))?.close(),
  }
}

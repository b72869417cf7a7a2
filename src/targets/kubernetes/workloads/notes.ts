import { engineFileNotes, gpuNotes, keysNotes, neededSecrets, secretNotes } from '../../rendering/cluster/index.ts'
import { adapterNotes } from '../../rendering/index.ts'
import type { ObjectsOf } from '../context.ts'

/** What a person should know of the workloads, beside what each object says itself. */
export const noteWorkloads: ObjectsOf = ({ title, engines, fleet, names, namespace, gateway, plan, options }) => ({
  notes: [
    ...keysNotes(plan.fleet, options, title),
    ...engines.flatMap((service) => gpuNotes(service, title)),
    ...engineFileNotes(
      fleet,
      title,
      engines.some(({ weights }) => weights?.by === 'stream'),
    ),
    ...adapterNotes(engines, title),
    ...engines.flatMap(({ command, path, model }) =>
      command.length > 0
        ? []
        : [
            {
              severity: 'error' as const,
              id: 'no-command',
              path,
              message: `${title}: there is no command for ${model.name}; \`fairlead plan\` says why`,
            },
          ],
    ),
    ...engines.flatMap(({ pool, model, path }) =>
      pool.replicas.min === 0 && pool.replicas.max > 0 && model.autoscale.by !== 'keda'
        ? [
            {
              severity: 'warning' as const,
              id: 'zero-needs-keda',
              path: `${path}.minReplicas`,
              message: `${title}: nothing wakes ${model.name} from zero, so one replica stays`,
              suggestion: 'autoscale.by: keda',
            },
          ]
        : [],
    ),
    ...secretNotes(neededSecrets(fleet, names, gateway !== null), namespace, title),
  ],
})

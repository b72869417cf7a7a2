import { engineFileNotes, gpuNotes, keysNotes, neededSecrets, secretNotes } from '../../rendering/cluster/index.ts'
import { targetTitle, type ObjectsOf } from '../context.ts'

/** What a person should know of the workloads, beside what each object says itself. */
export const noteWorkloads: ObjectsOf = ({ engines, fleet, names, namespace, gateway, plan, options }) => ({
  notes: [
    ...keysNotes(plan.fleet, options, targetTitle),
    ...engines.flatMap((service) => gpuNotes(service, targetTitle)),
    ...engineFileNotes(fleet, targetTitle),
    ...engines.flatMap(({ command, path, model }) =>
      command.length > 0
        ? []
        : [
            {
              severity: 'error' as const,
              id: 'no-command',
              path,
              message: `${targetTitle}: there is no command for ${model.name}; \`fairlead plan\` says why`,
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
              message: `${targetTitle}: nothing wakes ${model.name} from zero, so one replica stays`,
              suggestion: 'autoscale.by: keda',
            },
          ]
        : [],
    ),
    ...secretNotes(neededSecrets(fleet, names, gateway !== null), namespace, targetTitle),
  ],
})

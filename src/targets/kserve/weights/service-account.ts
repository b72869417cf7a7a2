import type { ServiceAccount } from '../../../kubernetes/index.ts'
import type { KserveContext, ObjectsOf } from '../context.ts'
import { credentialsOf } from './credentials.ts'

/** The account that predictors run as, by which KServe finds credentials of storage. */
export const storageAccount = ({ settings, names }: KserveContext): string => settings.serviceAccount ?? names.engines

/** The account, unless the Fleet names one that is there. */
export const renderStorageAccount: ObjectsOf = (context) => {
  const { settings, engines, fleet, names, metadata } = context
  if (settings.serviceAccount !== undefined || engines.length === 0) return {}
  const secrets = new Set(engines.flatMap(({ model }) => credentialsOf(model, fleet, names.secrets).accountSecrets))
  const object: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(storageAccount(context), { component: 'engine' }),
    automountServiceAccountToken: false,
    ...(secrets.size === 0 ? {} : { secrets: [...secrets].toSorted().map((name) => ({ name })) }),
  }
  return {
    objects: [
      {
        kind: 'object',
        object,
        comments: [
          {
            path: secrets.size === 0 ? ['metadata'] : ['secrets'],
            text:
              secrets.size === 0
                ? 'For Workload Identity, name an account of your own in targets.kserve.serviceAccount: its annotation (iam.gke.io/gcp-service-account, eks.amazonaws.com/role-arn, azure.workload.identity/client-id) is what the cloud reads.'
                : 'KServe gives the keys of these Secrets to what fetches the weights, not to the engine.',
          },
        ],
      },
    ],
  }
}

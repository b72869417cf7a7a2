import type { ObjectArtifact } from '../../artifact.ts'
import type { ObjectsOf } from '../context.ts'
import { modelCacheNotes, modelClaims, modelSizeNotes } from '../model-cache.ts'
import { templatesConfigMap } from '../templates.ts'

/** Claims of the volumes that keep models, and the ConfigMap of chat templates. */
export const renderModelStorage: ObjectsOf = (context) => {
  const templates = templatesConfigMap(context)
  const claims = modelClaims(context).map((object): ObjectArtifact => ({
    kind: 'object',
    object,
    comments: [
      {
        path: ['spec', 'accessModes'],
        text: object.spec?.accessModes?.includes('ReadWriteMany')
          ? 'Pods of several nodes read it, so its storage class must have ReadWriteMany (storage.models.storageClass).'
          : 'One pod mounts it, so any storage class does.',
      },
    ],
  }))
  return {
    objects: [...claims, ...(templates === undefined ? [] : [{ kind: 'object' as const, object: templates }])],
    notes: [...context.engines.flatMap((service) => modelCacheNotes(service, context)), ...modelSizeNotes(context)],
  }
}

import { templatesConfigMap } from '../../rendering/cluster/index.ts'
import type { ObjectsOf } from '../context.ts'

/** The chat templates of engines. */
export const renderTemplates: ObjectsOf = (context) => {
  const object = templatesConfigMap(context)
  return object === undefined ? {} : { objects: [{ kind: 'object', object }] }
}

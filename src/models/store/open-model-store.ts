import type { Environment } from '../../files/index.ts'
import type { ModelStore } from '../contract.ts'
import { defaultDownloadSettings, type DownloadSettings } from '../download/index.ts'
import { parseModelSource } from '../sources/index.ts'
import { findModel } from './find-model.ts'
import { storeLayout } from './layout.ts'
import { pullModel } from './pull-model.ts'
import { listRecords } from './records.ts'
import { isUnchanged, toStoredModel } from './stored-file.ts'
import { verifyModels } from './verify-models.ts'

/** The model store of this user, `$XDG_CACHE_HOME/fairlead/models`. Creates nothing before the first pull. */
export function openModelStore(
  environment: Environment,
  settings: DownloadSettings = defaultDownloadSettings,
): ModelStore {
  const layout = storeLayout(environment)
  return {
    find: async (request) => findModel(layout, parseModelSource(request.source), request),
    pull: async (request, context) =>
      pullModel({ layout, settings, source: parseModelSource(request.source), request, context }),
    list: async () => {
      const records = await listRecords(layout.refs)
      const models = await Promise.all(
        records.map(async ({ record }) => {
          if (record === undefined) return undefined
          const model = toStoredModel(layout, record)
          return (await isUnchanged(model.path, record)) ? model : undefined
        }),
      )
      return models.filter((model) => model !== undefined)
    },
    verify: (context) => verifyModels(layout, context),
  }
}

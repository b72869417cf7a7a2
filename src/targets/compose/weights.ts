import type { Fleet } from '../../fleet/index.ts'
import { gatewayImage, modelCachePath, type EngineService } from '../rendering/index.ts'
import { engineVariables } from './environment.ts'
import { locked, ownUser, pullPolicy } from './defaults.ts'
import type { Layout } from './layout.ts'
import { joining, networks } from './networks.ts'
import type { ServiceEntry } from './types.ts'
import { modelMount, volumes } from './volumes.ts'

/** The home of the user of Fairlead’s image, where the store is. */
const home = '/var/lib/fairlead'

/** Whether a service fetches an engine’s weights before it starts: never where the Fleet is offline and has them already. */
export const isFetched = ({ weights }: EngineService, { storage }: Fleet): boolean =>
  weights?.by === 'store' && !storage.models.offline

/** A service that fetches an engine’s weights into Fairlead’s model store and ends. */
export function weightsEntries(
  engine: EngineService,
  { fleet, options, secretFiles, namesOf }: Layout,
): ServiceEntry[] {
  const { weights, model } = engine
  if (!isFetched(engine, fleet) || weights?.path === undefined) return []
  const { hubMirror } = fleet.storage.models
  const environment = [
    { name: 'XDG_CACHE_HOME', value: `${home}/cache` },
    ...(hubMirror === undefined ? [] : [{ name: 'HF_ENDPOINT', value: hubMirror }]),
    ...(model.token === undefined ? [] : [{ name: 'HF_TOKEN', secret: model.token }]),
  ]
  const link = `${home}${weights.path.slice(modelCachePath.length)}`
  const checksum = model.checksum === undefined ? [] : ['--checksum', model.checksum]
  return [
    {
      name: namesOf(engine).weights,
      service: {
        image: gatewayImage(fleet, options.version),
        ...pullPolicy(fleet),
        user: ownUser,
        entrypoint: ['fairlead'],
        command: ['models', 'pull', weights.source, ...checksum, '--link', link],
        restart: 'no',
        ...engineVariables({ ...engine, environment }, secretFiles),
        volumes: [modelMount(fleet, home, volumes.models)],
        networks: joining(networks.engines),
        ...locked,
      },
      comments: [
        {
          path: ['volumes', 0],
          text:
            fleet.storage.models.path === undefined
              ? `Docker gives a new volume the owner of this folder in the image. The engine sees it as ${modelCachePath}.`
              : `User ${ownUser.split(':')[0]} has to be able to write there. The engine sees it as ${modelCachePath}.`,
        },
      ],
    },
  ]
}

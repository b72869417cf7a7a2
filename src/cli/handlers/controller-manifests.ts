import { controllerManifests as manifestsOf } from '../../controller/index.ts'
import { exitCodes } from '../../errors/index.ts'
import { version } from '../../observe/index.ts'
import { clusterTargetNames, ownImage, streamOf } from '../../targets/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'

/** Acts for `fairlead controller manifests`. */
export const controllerManifests: CommandHandler = async ({ options }, { output }) => {
  const target = clusterTargetNames.find((name) => name === options['target'])
  const objects = manifestsOf({
    namespace: readText(options['namespace']) ?? 'fairlead-system',
    fleetNamespace: readText(options['only-namespace']),
    targets: target === undefined ? clusterTargetNames : [target],
    image: readText(options['image']) ?? `${ownImage}:${version}`,
    replicas: readInteger(options['replicas']) ?? 2,
  })
  if (output.json) output.document(objects)
  else output.write(streamOf(objects.map((object) => ({ kind: 'object', object }))))
  return exitCodes.done
}

import { createHash } from 'node:crypto'
import type { ConfigMap, Volume, VolumeMount } from '../../../kubernetes/index.ts'
import type { EngineService } from '../engine-service.ts'
import type { ClusterContext } from './context.ts'

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'))

/** The chat templates of all engines, in one ConfigMap; undefined where there are none. */
export function templatesConfigMap({ engines, names, metadata }: ClusterContext): ConfigMap | undefined {
  const files = Object.assign({}, ...engines.map((service) => service.files)) as Record<string, string>
  const entries = Object.entries(files).map(([path, text]): [string, string] => [nameOf(path), text])
  if (entries.length === 0) return undefined
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(names.templates, { component: 'engine' }),
    data: Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Characters of the digest that pods carry of what they were started with. */
const digestLength = 16

/**
 * Metadata of an engine’s pods: a changed template is read at the start only, so it makes new pods.
 * @param context of pods that serve; others answer no scrape
 */
export function podMetadata(
  service: EngineService,
  labels: Record<string, string>,
  context?: Pick<ClusterContext, 'podAnnotations'>,
): { labels: Record<string, string>; annotations?: Record<string, string> } {
  const { files } = service
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, digestLength)
  const annotations = {
    ...(Object.keys(files).length === 0 ? {} : { 'fairlead.dev/config-checksum': digest }),
    ...context?.podAnnotations(service),
  }
  return { labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }
}

/** The engine’s own chat template as a volume. */
export function templateVolume(
  { files }: EngineService,
  { names }: ClusterContext,
): { volumes: Volume[]; mounts: VolumeMount[] } {
  const [path] = Object.keys(files)
  if (path === undefined) return { volumes: [], mounts: [] }
  return {
    volumes: [
      {
        name: 'templates',
        configMap: { name: names.templates, items: [{ key: nameOf(path), path: nameOf(path) }] },
      },
    ],
    mounts: [{ name: 'templates', mountPath: folderOf(path), readOnly: true }],
  }
}

import type { Artifact, Renderer } from '../rendering/index.ts'
import { grafanaPart, langfusePart, prometheusPart, redisPart } from './bundle/index.ts'
import { enginesPart } from './engine.ts'
import { envExample } from './env-example.ts'
import { gatewayPart } from './gateway.ts'
import { layOut, type Layout } from './layout.ts'
import { notesOf } from './notes.ts'
import { composeFile } from './project.ts'
import type { ProjectPart } from './types.ts'
import { composeValue } from './variable.ts'

/**
 * A Compose project (https://github.com/compose-spec/compose-spec/blob/main/spec.md), and one with engines alone for each further
 * host, in a folder of its own.
 */
export const composeRenderer: Renderer = {
  name: 'compose',
  title: 'Docker Compose',
  render: (plan, options) => {
    const layout = layOut(plan, options)
    const parts: readonly ProjectPart[] = [
      gatewayPart(layout),
      enginesPart(layout),
      redisPart(layout),
      prometheusPart(layout),
      grafanaPart(layout),
      langfusePart(layout),
    ]
    return {
      artifacts: [
        ...projectArtifacts(layout, parts, ''),
        ...layout.hosts.flatMap((host) =>
          projectArtifacts(host, [enginesPart(host)], `${hostFolder(host.host.name)}/`),
        ),
      ],
      notes: notesOf(layout),
    }
  },
}

/** The folder of a further host’s project beside the Compose file. */
const hostFolder = (name: string): string => `hosts/${name}`

function projectArtifacts(layout: Layout, parts: readonly ProjectPart[], folder: string): Artifact[] {
  const { file, comments } = composeFile(layout, parts)
  const texts = [...parts.flatMap(({ files = [] }) => files), { path: '.env.example', text: envExample(layout) }]
  return [
    { kind: 'document', path: `${folder}compose.yaml`, value: composeValue(file), comments },
    ...texts.map(({ path, text }): Artifact => ({ kind: 'text', path: `${folder}${path}`, text })),
  ]
}

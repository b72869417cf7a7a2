import type { Artifact, Renderer } from '../rendering/index.ts'
import { grafanaPart, langfusePart, prometheusPart, redisPart } from './bundle/index.ts'
import { enginesPart } from './engine.ts'
import { envExample } from './env-example.ts'
import { gatewayPart } from './gateway.ts'
import { layOut } from './layout.ts'
import { notesOf } from './notes.ts'
import { composeFile } from './project.ts'
import type { ProjectPart } from './types.ts'
import { composeValue } from './variable.ts'

/** A Compose project (https://github.com/compose-spec/compose-spec/blob/main/spec.md). */
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
    const { file, comments } = composeFile(layout, parts)
    const texts = [...parts.flatMap(({ files = [] }) => files), { path: '.env.example', text: envExample(layout) }]
    return {
      artifacts: [
        { kind: 'document', path: 'compose.yaml', value: composeValue(file), comments },
        ...texts.map(({ path, text }): Artifact => ({ kind: 'text', path, text })),
      ],
      notes: notesOf(layout),
    }
  },
}

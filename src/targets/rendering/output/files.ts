import type { Artifact, ObjectArtifact } from '../artifact.ts'
import { writeYaml } from '../write-yaml.ts'

/** A file to write, with `/` between folders. */
export interface OutputFile {
  readonly path: string
  readonly text: string
}

/** Objects as one stream of YAML documents, in the order in which they are applied. */
export function streamOf(artifacts: readonly Artifact[]): string {
  return artifacts.filter(isObject).map(textOf).join('---\n')
}

/** A file for each artifact: objects by their kind and name, such as `deployment-gateway.yaml`. */
export function filesOf(artifacts: readonly Artifact[]): OutputFile[] {
  return artifacts.map((artifact) => ({ path: pathOf(artifact), text: textOf(artifact) }))
}

/** Whether an artifact is an object for an API server. */
export const isObject = (artifact: Artifact): artifact is ObjectArtifact => artifact.kind === 'object'

/** Where an artifact lies in a folder. */
export function pathOf(artifact: Artifact): string {
  if (artifact.kind !== 'object') return artifact.path
  const { kind, metadata } = artifact.object
  return `${kind.toLowerCase()}-${metadata.name ?? ''}.yaml`
}

/** The text of an artifact. */
export function textOf(artifact: Artifact): string {
  if (artifact.kind === 'text') return artifact.text
  return writeYaml(artifact.kind === 'object' ? artifact.object : artifact.value, artifact.comments)
}

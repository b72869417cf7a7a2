import type { Artifact } from '../artifact.ts'
import { writeYaml } from '../write-yaml.ts'
import { filesOf, isObject, pathOf, type OutputFile } from './files.ts'

/**
 * A Kustomize base with every object, and an overlay to begin with, in which a person changes what differs in a place: the base
 * can be rendered anew without losing it (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/).
 */
export function kustomizeOf(artifacts: readonly Artifact[], fleet: string): OutputFile[] {
  const objects = artifacts.filter(isObject)
  const base = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // `fifo` keeps the order below; the default sorts by kind.
    sortOptions: { order: 'fifo' },
    resources: objects.map(pathOf),
  }
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../base'],
    patches: [],
  }
  const note = {
    path: ['patches'],
    text: `What differs in this place. Fairlead never writes here again once the file is there.\nfairlead render --format kustomize renders base/ of Fleet ${fleet} anew.`,
  }
  return [
    ...filesOf(artifacts).map(({ path, text }) => ({ path: `base/${path}`, text })),
    { path: 'base/kustomization.yaml', text: writeYaml(base) },
    { path: 'overlays/site/kustomization.yaml', text: writeYaml(overlay, [note]) },
  ]
}

import type { ManifestDocument, ManifestSet } from '../../manifests/contract.ts'
import type { OnlineFacts } from './online-facts.ts'
import { collectPods, type Pod } from './pods.ts'

/** What rules look at: the manifests, with the views that several rules share made once. */
export interface Subject {
  readonly manifests: ManifestSet
  /** Kubernetes objects by kind. */
  ofKind(...kinds: readonly string[]): readonly ManifestDocument[]
  /** Every pod that an object of the set describes. */
  readonly pods: readonly Pod[]
  /** Whether something outside the files may hold what is missing in them (templates, patches, kustomizations), or broken files do. */
  readonly isPartial: boolean
  /** Files whose YAML is broken: what was read of them may lack parts that a person wrote. */
  readonly brokenFiles: ReadonlySet<string>
  /** What was asked outside; nothing in most runs. */
  readonly online: OnlineFacts
}

const nothingAsked: OnlineFacts = { models: new Map(), images: new Map(), charts: new Map() }

/** The subject of a set of manifests; linear in its size. */
export function subjectOf(manifests: ManifestSet, online: OnlineFacts = nothingAsked): Subject {
  const byKind = new Map<string, ManifestDocument[]>()
  for (const document of manifests.documents) {
    if (document.format !== 'kubernetes') continue
    const known = byKind.get(document.kind)
    if (known === undefined) byKind.set(document.kind, [document])
    else known.push(document)
  }
  const broken = manifests.problems.filter(({ code }) => code === 'syntax')
  const brokenFiles = new Set(broken.map(({ position }) => position.file))
  return {
    manifests,
    online,
    ofKind: (...kinds) => kinds.flatMap((kind) => byKind.get(kind) ?? []),
    pods: collectPods(manifests),
    brokenFiles,
    isPartial:
      brokenFiles.size > 0 ||
      manifests.documents.some(
        ({ isTemplate, isPatch, format }) => isTemplate || isPatch || format === 'kustomization',
      ),
  }
}

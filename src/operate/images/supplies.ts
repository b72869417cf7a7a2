import type { InstallStep } from '../doctor/install-plan/index.ts'

/** What a prerequisite of a cluster is installed from. */
export interface Supply {
  /** `chart` is Helm’s; `manifests` a file for `kubectl apply -f`; `kustomization` a folder for `kubectl apply -k`. */
  readonly kind: 'chart' | 'manifests' | 'kustomization'
  /** The prerequisite, and its title. */
  readonly id: string
  readonly for: string
  /** `oci://…` with the chart’s name, the address of a chart repository, or the URL itself. */
  readonly from: string
  /** Name of a chart in its repository. */
  readonly chart?: string
  readonly version: string
}

/** Charts and files that an install plan takes from elsewhere, in its order, read from its very commands. Pure. */
export const suppliesOf = (steps: readonly InstallStep[]): Supply[] =>
  steps.flatMap((step) => [...suppliesOfStep(step)])

function* suppliesOfStep({ id, title, version, install }: InstallStep): Iterable<Supply> {
  const text = install.join('\n')
  const repositories = new Map(
    Array.from(text.matchAll(/helm repo add (\S+) (https?:\/\/\S+)/g), ([, name = '', url = '']) => [name, url]),
  )
  for (const [, place = '', chartVersion = version] of text.matchAll(/helm install \S+ (\S+).*? --version (\S+)/g)) {
    const [alias = '', chart = ''] = place.split('/', 2)
    const from = place.startsWith('oci://') ? place : repositories.get(alias)
    if (from === undefined) continue
    yield { kind: 'chart', id, for: title, from, ...(from === place ? {} : { chart }), version: chartVersion }
  }
  for (const [, flag, from = ''] of text.matchAll(/kubectl apply .*?-([fk]) (https?:\/\/\S+)/g))
    yield { kind: flag === 'k' ? 'kustomization' : 'manifests', id, for: title, from, version }
}

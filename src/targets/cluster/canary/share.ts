import { canaryShareLabel } from '../../../discovery/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import { canaryManager, type CanaryState } from './record.ts'

/** The share that a canary is to have now, percent. */
export const shareOf = ({ settings, step }: CanaryState): number => settings.shares[step] ?? 0

/** Tells every gateway the share of the canaries, by the labels of their Services, which the cluster copies to their slices. */
export async function tellShare(
  client: ClusterClient,
  namespace: string,
  { models }: Pick<CanaryState, 'models'>,
  percent: number,
): Promise<void> {
  for (const { service } of models) {
    await client.patch(
      { apiVersion: 'v1', kind: 'Service', namespace, name: service },
      { metadata: { labels: { [canaryShareLabel]: String(percent) } } },
      { fieldManager: canaryManager },
    )
  }
}

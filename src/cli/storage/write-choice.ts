import { parseDocument } from 'yaml'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import type { StorageKind } from '../../plan/index.ts'

/** A Fleet text with a way of keeping models, comments and layout as they are. @throws UserError for what then does not load. */
export function withStorage(text: string, file: string, kind: StorageKind, storageClass: string | undefined): string {
  const document = parseDocument(text)
  // A Fleet as a custom resource has its fields below spec.
  const root = document.has('spec') ? ['spec'] : []
  document.setIn([...root, 'storage', 'models', 'kind'], kind)
  if (storageClass !== undefined) document.setIn([...root, 'storage', 'models', 'storageClass'], storageClass)
  const written = document.toString({ lineWidth: 0 })
  requireFleet(loadFleet(written, { file, purpose: 'plan' }))
  return written
}

import { createHash } from 'node:crypto'
import { fieldManager, type LiveObject } from '../../kubernetes/index.ts'

/**
 * Which fields of an object are ours, as a digest. An API server takes a field away from us when somebody else gives it another
 * value or removes it, so this changes with every drift, and with nothing that a kubelet, an autoscaler or a status does.
 */
export function ownedFieldsDigest({ metadata }: LiveObject): string {
  const ours = (metadata.managedFields ?? []).filter(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && (subresource ?? '') === '',
  )
  return createHash('sha256')
    .update(JSON.stringify(ours.map(({ fieldsV1 }) => fieldsV1)))
    .digest('hex')
    .slice(0, 16)
}

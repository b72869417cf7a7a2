import { expect, it } from 'vitest'
import { ClusterError } from '../index.ts'

it('says who owns which field, for whoever decides about a conflict', () => {
  const fields = [{ field: 'spec.replicas', message: 'conflict with "kubectl"', manager: 'kubectl' }]
  const error = new ClusterError({ reason: 'conflict', status: 409, message: 'conflict', fields })
  expect(error).toMatchObject({ name: 'ClusterError', reason: 'conflict', status: 409, fields, server: undefined })
})

import type { ServiceAccount } from '../../../../kubernetes/index.ts'
import { gatewayPart, type ObjectsOf, type PartOfFleet } from '../context.ts'

/** Accounts without any right, and without a token in the pods: nothing here talks to the API server. */
export const renderServiceAccounts: ObjectsOf = ({ names, metadata, engines, gateway }) => {
  const account = (name: string, part: PartOfFleet): ServiceAccount => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(name, part),
    automountServiceAccountToken: false,
  })
  const accounts = [
    ...(gateway === null ? [] : [account(names.gateway, gatewayPart)]),
    ...(engines.length === 0 ? [] : [account(names.engines, { component: 'engine' })]),
  ]
  return {
    objects: accounts.map((object) => ({
      kind: 'object',
      object,
      comments: [{ path: ['automountServiceAccountToken'], text: 'Nothing in these pods talks to the API server.' }],
    })),
  }
}

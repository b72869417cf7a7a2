import { expect, it } from 'vitest'
import { resourceOf, resourcePath } from '../index.ts'

it.each([
  ['v1', 'Service', 'llm', 'chat', '/api/v1/namespaces/llm/services/chat'],
  ['apps/v1', 'Deployment', 'llm', undefined, '/apis/apps/v1/namespaces/llm/deployments'],
  ['networking.k8s.io/v1', 'NetworkPolicy', undefined, undefined, '/apis/networking.k8s.io/v1/networkpolicies'],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    'llm',
    'fairlead:reader',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/fairlead%3Areader',
  ],
  [
    'serving.kserve.io/v1alpha2',
    'LLMInferenceService',
    'llm',
    'chat',
    '/apis/serving.kserve.io/v1alpha2/namespaces/llm/llminferenceservices/chat',
  ],
])('finds %s %s in namespace %s by its own path', (apiVersion, kind, namespace, name, path) => {
  const resource = resourceOf(apiVersion, kind)
  expect(resource && resourcePath(resource, namespace, name)).toBe(path)
})

it('knows no path of a kind without a schema, so that a caller asks the server', () => {
  expect(resourceOf('serving.knative.dev/v1', 'Service')).toBeUndefined()
})

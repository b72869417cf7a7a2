import { describe, expect, it } from 'vitest'
import { resourceOf, resourcePath, validateObject } from '../../src/kubernetes/index.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()

type Fields = Record<string, unknown>

/** An object that the server takes, with one thing changed. */
function object(apiVersion: string, kind: string, fields: Fields, metadata: Fields = {}) {
  return { apiVersion, kind, metadata: { name: 'offline', ...metadata }, ...fields }
}

const labels = { app: 'chat' }
const pod = (container: Fields, spec: Fields = {}) => ({
  containers: [{ name: 'engine', image: 'x', ...container }],
  ...spec,
})
const deployment = (container: Fields = {}, spec: Fields = {}, metadata: Fields = {}) =>
  object(
    'apps/v1',
    'Deployment',
    { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod(container) }, ...spec } },
    metadata,
  )
const service = (port: Fields, metadata: Fields = {}) =>
  object('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80, ...port }] } }, metadata)
const route = (rule: Fields, spec: Fields = {}) =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', { spec: { parentRefs: [{ name: 'a' }], rules: [rule], ...spec } })
const workers = (group: Fields, spec: Fields = {}) =>
  object('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', {
    spec: { leaderWorkerTemplate: { size: 2, workerTemplate: { spec: pod({}) }, ...group }, ...spec },
  })
const model = { modelFormat: { name: 'vllm' }, storageUri: 'hf://a/b' }
const inference = (predictor: Fields) =>
  object('serving.kserve.io/v1beta1', 'InferenceService', { spec: { predictor } })
const pool = (spec: Fields) =>
  object('inference.networking.k8s.io/v1', 'InferencePool', {
    spec: {
      selector: { matchLabels: labels },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { name: 'epp', port: { number: 9002 } },
      ...spec,
    },
  })
const scaled = (spec: Fields) =>
  object('keda.sh/v1alpha1', 'ScaledObject', {
    spec: { scaleTargetRef: { name: 'a' }, triggers: [{ type: 'prometheus', metadata: { query: 'up' } }], ...spec },
  })

/** Objects that are right, and the same with one mistake each. */
const cases: readonly (readonly [string, object])[] = [
  ['a Deployment', deployment()],
  ['an unknown field', deployment({ restart: 'Always' })],
  ['a misspelt field', deployment({}, { replica: 1 })],
  ['a number as text', deployment({}, { replicas: '1' })],
  ['a choice that is none', deployment({ imagePullPolicy: 'Sometimes' })],
  ['a choice that is one', deployment({ imagePullPolicy: 'Never' })],
  ['a number as an environment variable', deployment({ env: [{ name: 'A', value: 1 }] })],
  ['an amount with decimals and an exponent', deployment({ resources: { limits: { cpu: '.5', memory: '1e3' } } })],
  ['an amount with a space', deployment({ resources: { limits: { memory: '80 Gi' } } })],
  ['an amount with an unknown suffix', deployment({ resources: { limits: { memory: '80GB' } } })],
  ['a text where a list is due', deployment({ args: '--model' })],
  ['no selector', deployment({}, { selector: undefined })],
  ['a percentage', deployment({}, { strategy: { rollingUpdate: { maxUnavailable: '25%' } } })],
  ['a strategy with capital letters', deployment({}, { strategy: { type: 'recreate' } })],
  ['a name with capital letters', deployment({}, {}, { name: 'Chat' })],
  ['a name with dots', deployment({}, {}, { name: 'chat.v1' })],
  ['a name of 254 characters', deployment({}, {}, { name: 'x'.repeat(254) })],
  ['a label with a space', deployment({}, {}, { labels: { a: 'b c' } })],
  ['an empty label', deployment({}, {}, { labels: { 'example.com/a': '' } })],
  ['a label key with two slashes', deployment({}, {}, { labels: { 'a/b/c': '' } })],
  ['a label of 64 characters', deployment({}, {}, { labels: { a: 'x'.repeat(64) } })],
  ['an annotation key with a space', deployment({}, {}, { annotations: { 'a b': '' } })],
  ['a Service', service({})],
  ['a Service with dots', service({}, { name: 'chat.v1' })],
  ['a protocol in small letters', service({ protocol: 'tcp' })],
  [
    'two ports with one number',
    object('v1', 'Service', {
      spec: {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
    }),
  ],
  ['a Secret that is not base64', object('v1', 'Secret', { data: { a: '%' } })],
  ['a Secret', object('v1', 'Secret', { data: { a: 'eA==' } })],
  ['a ConfigMap with a number', object('v1', 'ConfigMap', { data: { a: 1 } })],
  ['a ClusterRole with a colon', object('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [] }, { name: 'a:b' })],
  ['a route', route({ backendRefs: [{ name: 'a', port: 80 }] })],
  ['a route to port 0', route({ backendRefs: [{ name: 'a', port: 0 }] })],
  ['a route of a host in capital letters', route({}, { hostnames: ['LLM.example.com'] })],
  ['a route with 17 hosts', route({}, { hostnames: Array.from({ length: 17 }, (_, index) => `h${index}.example`) })],
  ['a route with a misspelt filter', route({ filters: [{ type: 'URLrewrite' }] })],
  ['workers', workers({})],
  ['workers with a policy that is none', workers({ restartPolicy: 'Always' })],
  ['workers with an unknown field in a Pod', workers({ workerTemplate: { spec: pod({}, { gpu: 1 }) } })],
  ['workers without a template', workers({ workerTemplate: undefined })],
  ['a served model', inference({ model })],
  ['a served model with a misspelt field', inference({ model: { ...model, storageURI: 'x' } })],
  ['a served model whose runtime is a list', inference({ model: { ...model, runtime: [] } })],
  ['a pool', pool({})],
  ['a pool without ports', pool({ targetPorts: [] })],
  ['a pool with a port too high', pool({ targetPorts: [{ number: 65_536 }] })],
  ['a pool of the older version', pool({ targetPortNumber: 8000 })],
  ['a scaled Deployment', scaled({})],
  ['a scaled Deployment with a misspelt field', scaled({ minReplicas: 0 })],
  ['a scaled Deployment without triggers', scaled({ triggers: undefined })],
]

describe('what is said of an object offline', () => {
  // proves B6 (real part)
  it.each(cases)('of %s is what the real API server says', async (_, object) => {
    const { apiVersion, kind, metadata } = object as ReturnType<typeof deployment>
    const resource = resourceOf(apiVersion, kind)
    expect(resource).toBeDefined()
    const path = resource === undefined ? '' : resourcePath(resource, 'default', metadata.name)
    const query = 'fieldManager=fairlead&fieldValidation=Strict&dryRun=All'
    const { status, body } = await cluster.client.apply(`${path}?${query}`, object)
    const offline = validateObject({ ...object })
    expect({ isTaken: offline.length === 0, offline, server: body.message }).toMatchObject({ isTaken: status < 300 })
  })
})

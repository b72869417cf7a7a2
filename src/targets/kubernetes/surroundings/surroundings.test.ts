import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { validateObject, type KubernetesObject } from '../../../kubernetes/index.ts'
import { lint } from '../../../lint/index.ts'
import { renderFleet } from '../testing/render.ts'

const llama = {
  name: 'llama',
  engine: 'vllm',
  source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
  hardware: { gpu: 'l40s' },
}
const access = { keysFile: '/etc/fairlead/keys' }
const host = 'chat.example.org'

/** What a part of a Fleet’s rendering must be, whatever the part: valid, and nothing for the linter to tell. */
function render(fields: object) {
  const rendered = renderFleet({ models: [llama], access, ...fields })
  expect(rendered.objects.flatMap((object) => validateObject({ ...object }))).toEqual([])
  const { findings } = lint([{ path: 'fleet.k8s.yaml', content: rendered.stream }])
  // ingress-nginx gets no corrections any more: a note for whoever runs it, and they may know. CPU and memory are the Fleet's own word.
  const known = new Set(['ingress-nginx-retired', 'hpa-cpu-of-gpu-engine'])
  expect(findings.filter(({ rule }) => !known.has(rule)).map(({ message }) => message)).toEqual([])
  return rendered
}
const find = (objects: readonly KubernetesObject[], kind: string, name?: string) =>
  objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name))
const kindsOf = (objects: readonly KubernetesObject[]) => new Set(objects.map(({ kind }) => kind))

const scaled = (by: string, more: object = {}) => ({
  ...llama,
  minReplicas: 1,
  maxReplicas: 3,
  autoscale: { by, ...more },
})
const coming = (ingress: object) => render({ targets: { kubernetes: { ingress: { host, ...ingress } } } })
const ids = (ingress: object) => coming(ingress).notes.map(({ id }) => id)
const classes = (priorityClass: string) =>
  render({ models: [{ ...llama, placement: { priorityClass } }] }).objects.filter(
    ({ kind }) => kind === 'PriorityClass',
  )

// proves D4 (real part)
describe('network policies', () => {
  it('let the gateway call engines and nobody else, and engines fetch weights by HTTPS', () => {
    const { objects } = render({})
    expect(find(objects, 'NetworkPolicy', 'lab-deny')).toMatchObject({
      spec: { podSelector: { matchLabels: { 'fairlead.dev/fleet': 'lab' } }, policyTypes: ['Ingress', 'Egress'] },
    })
    const engine = find(objects, 'NetworkPolicy', 'lab-llama')
    expect(engine).toMatchObject({
      spec: {
        ingress: [
          { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'fairlead-gateway' } } }] },
          { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } }] },
        ],
        egress: [{ ports: [{ port: 53 }, { port: 53 }] }, { ports: [{ port: 443 }] }],
      },
    })
    const gateway = (fields: object) => JSON.stringify(find(render(fields).objects, 'NetworkPolicy', 'lab-gateway'))
    // Of the world, the API server's ports alone, and not even those where names are looked up.
    expect(gateway({}).match(/"0.0.0.0\/0"/g)).toHaveLength(1)
    expect(gateway({})).toContain('"ports":[{"protocol":"TCP","port":443},{"protocol":"TCP","port":6443}]')
    expect(gateway({ targets: { kubernetes: { discovery: 'dns' } } })).not.toContain('"port":443')
  })

  it('let an engine call nobody whose weights are there', () => {
    const { objects } = render({ models: [{ ...llama, source: 'pvc://weights/llama' }] })
    expect(find(objects, 'NetworkPolicy', 'lab-llama')).not.toHaveProperty('spec.egress')
  })

  it('let replicas that hand blocks to each other use whatever ports they choose', () => {
    const pool = { hardware: { gpu: 'l40s', gpus: 1 } }
    const { objects } = render({ models: [{ ...llama, prefill: pool, decode: pool }] })
    const policy = JSON.stringify(find(objects, 'NetworkPolicy', 'lab-llama-prefill'))
    expect(policy).toContain(
      '{"from":[{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"fairlead-engine","app.kubernetes.io/instance":"lab","fairlead.dev/model":"llama"}}}]}',
    )
  })

  it('let the gateway call what the Fleet names outside of it, and say for which field', () => {
    const { objects, stream } = render({
      storage: { state: { kind: 'redis', url: 'redis://redis.data.svc:6379' } },
      observe: { traces: { endpoint: 'http://10.1.2.3:4318' } },
    })
    const policy = JSON.stringify(find(objects, 'NetworkPolicy', 'lab-gateway'))
    expect(policy).toContain('{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"data"}}}')
    expect(policy).toContain('{"to":[{"ipBlock":{"cidr":"10.1.2.3/32"}}],"ports":[{"protocol":"TCP","port":4318}]}')
    expect(stream).toContain('# For observe.traces.endpoint.')
  })

  it('let Jobs fetch weights that fill a shared volume', () => {
    const { objects } = render({ storage: { models: { kind: 'sharedClaim', hubMirror: 'http://10.9.8.7:8080' } } })
    const policy = find(objects, 'NetworkPolicy', 'lab-download')
    expect(policy).toMatchObject({
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'fairlead-download' } },
        egress: [{}, { to: [{ ipBlock: { cidr: '10.9.8.7/32' } }], ports: [{ port: 8080 }] }],
      },
    })
  })

  it('are left out where the Fleet says so', () => {
    expect(kindsOf(render({ targets: { kubernetes: { networkPolicy: false } } }).objects)).not.toContain(
      'NetworkPolicy',
    )
  })
})

// proves B3 (real part)
describe('autoscaling', () => {
  it('by Kubernetes itself goes by the engine’s queue and cache, and by the gateway’s queue', () => {
    const { objects, documents } = render({ models: [scaled('hpa', { ttft: '2s', downAfter: '2h' })] })
    expect(find(objects, 'HorizontalPodAutoscaler')).toMatchObject({
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'lab-llama' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Pods', pods: { metric: { name: 'vllm_num_requests_waiting' }, target: { averageValue: '4' } } },
          { type: 'Pods', pods: { metric: { name: 'vllm_kv_cache_usage_perc' }, target: { averageValue: '850m' } } },
          { type: 'External', external: { metric: { name: 'fairlead_queue_length' } } },
          { type: 'External', external: { target: { type: 'Value', value: '2' } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } },
      },
    })
    expect(find(objects, 'Deployment', 'lab-llama')).not.toHaveProperty('spec.replicas')
    const rules = JSON.stringify(documents.find(({ path }) => path.startsWith('prometheus-adapter/')))
    expect(rules).toContain('vllm:num_requests_waiting')
    expect(rules).toContain('"as":"vllm_num_requests_waiting"')
  })

  const uses = { concurrency: 32, gpuUse: 0.9, cpuUse: 0.8, memoryUse: 0.95 }

  it('by Kubernetes goes by requests at once, and by the use of GPUs, CPU and memory, where the Fleet says so', () => {
    const { objects, documents } = render({ models: [scaled('hpa', uses)] })
    const text = JSON.stringify(find(objects, 'HorizontalPodAutoscaler'))
    for (const [metric, amount] of [
      ['vllm_num_requests_running', '32'],
      ['DCGM_FI_DEV_GPU_UTIL', '90'],
    ]) {
      expect(text).toContain(`{"name":"${metric}"},"target":{"type":"AverageValue","averageValue":"${amount}"}`)
    }
    for (const [resource, percent] of [
      ['cpu', 80],
      ['memory', 95],
    ]) {
      const target = `{"type":"Utilization","averageUtilization":${percent}}`
      expect(text).toContain(`{"type":"Resource","resource":{"name":"${resource}","target":${target}}}`)
    }
    const rules = JSON.stringify(documents.find(({ path }) => path.startsWith('prometheus-adapter/')))
    expect(rules.match(/"seriesQuery":"DCGM_FI_DEV_GPU_UTIL\{/g)).toHaveLength(2)
  })

  it('by KEDA does, too', () => {
    const text = JSON.stringify(find(render({ models: [scaled('keda', uses)] }).objects, 'ScaledObject'))
    expect(text).toContain('exported_pod=~\\"lab-llama-.+\\"')
    expect(text).toContain('"threshold":"32"')
    expect(text).toContain('{"type":"cpu","name":"cpu","metricType":"Utilization","metadata":{"value":"80"}}')
    expect(text).toContain('{"type":"memory","name":"memory","metricType":"Utilization","metadata":{"value":"95"}}')
  })

  it('by KEDA asks Prometheus for the replicas of this model alone, and goes to zero only after the last request', () => {
    const { objects } = render({ models: [{ ...scaled('keda', { toZeroAfter: '20m' }), minReplicas: 0 }] })
    const object = find(objects, 'ScaledObject')
    expect(object).toMatchObject({ spec: { minReplicaCount: 0, cooldownPeriod: 1200 } })
    const text = JSON.stringify(object)
    for (const metric of ['vllm:num_requests_running', 'vllm:num_requests_waiting', 'fairlead_queue_length']) {
      expect(text).toContain(`sum(${metric}{namespace=\\"default\\", fairlead_dev_fleet=\\"lab\\"`)
    }
    expect(text).toContain('fairlead_dev_model=\\"llama\\"')
  })

  it('by the controller begins with the least, says its bounds, and lets the controller ask the gateway', () => {
    const controller = '"app.kubernetes.io/name":"fairlead-controller"'
    const policyOf = (by: string) =>
      JSON.stringify(find(render({ models: [scaled(by)] }).objects, 'NetworkPolicy', 'lab-gateway'))
    const { objects } = render({ models: [scaled('fairlead')] })
    expect(find(objects, 'Deployment', 'lab-llama')).toMatchObject({
      metadata: { annotations: { 'fairlead.dev/autoscale': '1-3' } },
      spec: { replicas: 1 },
    })
    expect(policyOf('fairlead')).toContain(controller)
    // Who scales by other means needs no way to the administration.
    expect(policyOf('keda')).not.toContain(controller)
  })

  it.each([
    [{ models: [scaled('fairlead')] }, 'scaled-by-controller'],
    [{ models: [scaled('fairlead')] }, 'scaled-without-key'],
    [{ models: [scaled('fairlead', { gpuUse: 0.9 })] }, 'scaled-by-others-only'],
    [{ models: [scaled('hpa', { cpuUse: 0.8 })] }, 'scaled-by-host'],
    [{ models: [scaled('keda')], targets: { kubernetes: { monitoring: 'none' } } }, 'scaled-unseen'],
  ])('tells what is not there: %j', (fields, id) => {
    expect(render(fields).notes.map((note) => note.id)).toContain(id)
  })
})

describe('ways in', () => {
  it('by ingress-nginx neither buffer nor cut what the gateway allows', () => {
    const { objects } = coming({ className: 'nginx', clusterIssuer: 'letsencrypt' })
    expect(find(objects, 'Ingress')).toMatchObject({
      metadata: {
        annotations: {
          'cert-manager.io/cluster-issuer': 'letsencrypt',
          'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
          'nginx.ingress.kubernetes.io/proxy-body-size': '32m',
          'nginx.ingress.kubernetes.io/proxy-read-timeout': '1810',
        },
      },
      spec: { tls: [{ hosts: [host], secretName: 'lab-tls' }] },
    })
  })

  it('by Traefik redirect to HTTPS, with a certificate', () => {
    const { objects } = coming({ kind: 'traefik', clusterIssuer: 'letsencrypt' })
    expect([...kindsOf(objects)]).toEqual(expect.arrayContaining(['IngressRoute', 'Middleware', 'ServersTransport']))
    expect(find(objects, 'Certificate')).toMatchObject({ spec: { secretName: 'lab-tls', dnsNames: [host] } })
    expect(find(objects, 'IngressRoute', 'lab-gateway')).toMatchObject({ spec: { tls: { secretName: 'lab-tls' } } })
  })

  it('by the Gateway API have the longest deadline as their time-out', () => {
    const { objects } = coming({ kind: 'gatewayApi', className: 'envoy', tlsSecret: 'mine' })
    expect(find(objects, 'Gateway')).toMatchObject({
      spec: { listeners: [{ name: 'http' }, { tls: { certificateRefs: [{ name: 'mine' }] } }] },
    })
    expect(find(objects, 'HTTPRoute', 'lab-gateway')).toMatchObject({
      spec: { rules: [{ timeouts: { request: '1810s' }, backendRefs: [{ name: 'lab', port: 8080 }] }] },
    })
  })

  it('say what cannot be, and what nobody should do', () => {
    expect(ids({ kind: 'gatewayApi' })).toContain('gateway-class-missing')
    expect(ids({ className: 'nginx' })).toContain('ingress-without-tls')
    expect(ids({ tlsSecret: 'mine' })).toContain('ingress-class-unknown')
  })
})

// proves E1, E2, E3 (real part)
describe('monitoring', () => {
  it('by the operator scrapes gateways on the admin port and engines on their own, and keeps the model’s label', () => {
    const { objects } = render({})
    expect(find(objects, 'PodMonitor', 'lab-gateway')).toMatchObject({
      spec: { podMetricsEndpoints: [{ port: 'admin', path: '/metrics' }] },
    })
    expect(find(objects, 'PodMonitor', 'lab-engine')).toMatchObject({
      spec: {
        podTargetLabels: expect.arrayContaining(['fairlead.dev/model']),
        podMetricsEndpoints: [{ port: 'http' }],
      },
    })
    expect(JSON.stringify(find(objects, 'PrometheusRule'))).toContain('namespace=\\"default\\"')
  })

  it('without it annotates pods, and has the rules in a ConfigMap', () => {
    const { objects } = render({ targets: { kubernetes: { monitoring: 'annotations' } } })
    expect(kindsOf(objects)).not.toContain('PodMonitor')
    expect(find(objects, 'Deployment', 'lab-llama')).toMatchObject({
      spec: { template: { metadata: { annotations: { 'prometheus.io/port': '8000' } } } },
    })
    const rules = find(objects, 'ConfigMap', 'lab-alerts') as unknown as { data: Record<string, string> }
    expect(parseAllDocuments(rules.data['alerts.yaml'] ?? '')[0]?.toJS()).toHaveProperty('groups')
  })

  it('has dashboards that `kubectl apply` takes, which notes each object in an annotation of 256 KiB', () => {
    const boards = render({}).objects.filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1')
    expect(boards.length).toBeGreaterThanOrEqual(5)
    for (const board of boards) expect(JSON.stringify(board).length).toBeLessThan(256 * 1024)
  })

  it('is nothing where nobody looks', () => {
    const { objects } = render({ targets: { kubernetes: { monitoring: 'none' } } })
    expect(JSON.stringify(objects)).not.toMatch(/PodMonitor|PrometheusRule|grafana_dashboard|prometheus/)
  })
})

describe('the namespace', () => {
  it('has a quota of GPUs, and says when it is too small', () => {
    const { objects, notes } = render({
      models: [{ ...llama, replicas: 3, hardware: { gpu: 'l40s', gpus: 1 } }],
      targets: { kubernetes: { gpuQuota: 2, quota: { 'requests.cpu': '64' } } },
    })
    expect(find(objects, 'ResourceQuota')).toMatchObject({
      spec: { hard: { 'requests.nvidia.com/gpu': '2', 'requests.cpu': '64' } },
    })
    expect(notes.map(({ id }) => id)).toContain('gpu-quota-too-small')
  })

  it('has budgets for what has several replicas, which a drain may take one by one', () => {
    const { objects } = render({
      models: [{ ...llama, replicas: 2 }],
      gateway: { replicas: 2, listen: '0.0.0.0:8080' },
    })
    const names = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name)
    expect(names).toEqual(['lab-gateway', 'lab-llama'])
    expect(kindsOf(render({}).objects)).not.toContain('PodDisruptionBudget')
  })

  it('has the priority classes that are the Fleet’s own, and no other', () => {
    expect(classes('lab-urgent')).toMatchObject([{ metadata: { name: 'lab-urgent' }, value: 100_000 }])
    expect(classes('system-cluster-critical')).toEqual([])
  })
})

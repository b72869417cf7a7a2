import { X509Certificate } from 'node:crypto'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { clusterTargets as targets } from './access-checks.ts'
import { conditionOf, conditionsOf, listAt, nameOf, partAt, partsWhere, textAt } from './object-parts.ts'
import type { ClusterCheckPlace } from './place.ts'

/** A certificate that ends sooner is told: cert-manager renews at a third of 90 days, so that this is late. */
const soonMs = 14 * 24 * 3_600_000
/** API groups of the metrics that an HPA asks for, by the type of the metric (autoscaling/v2). */
const metricsApis: Readonly<Record<string, string>> = {
  Resource: 'v1beta1.metrics.k8s.io',
  ContainerResource: 'v1beta1.metrics.k8s.io',
  Pods: 'v1beta1.custom.metrics.k8s.io',
  Object: 'v1beta1.custom.metrics.k8s.io',
  External: 'v1beta1.external.metrics.k8s.io',
}
/** Parts of names of what enforces NetworkPolicies. */
const enforcers = /calico|cilium|antrea|weave|kube-router|ovn|azure-npm|network-policy/

/** What brings requests to pods, and pods to size. */
export const trafficChecks: readonly Check<ClusterCheckPlace>[] = [
  {
    id: 'cluster.endpoints',
    targets,
    what: 'every Service leads to a pod that is ready',
    why: 'Requests to a Service without endpoints are refused.',
    how: 'EndpointSlices of the Services that are rendered',
    mend: 'Look why its pods are not ready, and whether selector and labels agree.',
    command: 'kubectl get endpointslices -n {namespace}',
    after: ['cluster.pods-ready'],
    look: async (place) => {
      const services = place.objects.filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
      const live = new Set((await place.list('v1', 'Service')).map(({ metadata }) => metadata.name))
      const there = services.filter(({ metadata }) => live.has(metadata.name ?? ''))
      if (there.length === 0) return notApplicable('no Service of this Fleet is there')
      const slices = await place.list('discovery.k8s.io/v1', 'EndpointSlice')
      const empty = there.filter(
        ({ metadata }) =>
          !slices.some(
            (slice) =>
              textAt(slice, 'metadata', 'labels', 'kubernetes.io/service-name') === metadata.name &&
              listAt(slice, 'endpoints').some((endpoint) => partAt(endpoint, 'conditions', 'ready') !== false),
          ),
      )
      return empty.length === 0
        ? ok(`${there.length} Services`)
        : failed(`${empty.map(nameOf).join(', ')} ${empty.length === 1 ? 'has' : 'have'} no ready endpoint`)
    },
  },
  {
    id: 'cluster.metrics-api',
    targets,
    what: 'the metrics that autoscalers ask for are served',
    why: 'An autoscaler without its metric changes nothing.',
    how: 'the APIService that stands for each type of metric of the rendered autoscalers, and whether it is available',
    mend: 'Install metrics-server (CPU and memory) or prometheus-adapter (other metrics).',
    command: 'kubectl get apiservices | grep metrics',
    after: ['cluster.version'],
    look: async ({ objects, cluster }) => {
      const types = objects
        .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
        .flatMap((object) => listAt(object, 'spec', 'metrics').map((metric) => textAt(metric, 'type')))
      const names = [...new Set(types.flatMap((type) => metricsApis[type] ?? []))]
      if (names.length === 0) return notApplicable('no autoscaler of Kubernetes is rendered')
      for (const name of names) {
        const service = await cluster.get({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name })
        if (service === undefined) return failed(`there is no ${name}`)
        const available = conditionOf(service, 'Available')
        if (available?.status !== 'True')
          return failed(`${name} is not available: ${available?.message ?? 'no word yet'}`)
      }
      return ok(names.join(', '))
    },
  },
  {
    id: 'cluster.autoscaler',
    targets,
    what: 'the autoscalers get their metric',
    why: 'Without it the number of replicas stays as it is, whatever the load.',
    how: 'conditions ScalingActive of HorizontalPodAutoscalers and Ready of ScaledObjects of the Fleet',
    mend: 'Look at its events: the address of Prometheus, the query, or the adapter’s rules.',
    command: 'kubectl describe hpa -n {namespace} -l fairlead.dev/fleet={fleet}',
    after: ['cluster.metrics-api'],
    look: async (place) => {
      const kinds = [
        ['autoscaling/v2', 'HorizontalPodAutoscaler', 'ScalingActive'],
        ['keda.sh/v1alpha1', 'ScaledObject', 'Ready'],
      ] as const
      let count = 0
      for (const [apiVersion, kind, type] of kinds) {
        if (!place.objects.some((object) => object.kind === kind)) continue
        if (!(await place.cluster.serves(apiVersion, kind))) continue
        for (const scaler of await place.list(apiVersion, kind, { ofFleet: true })) {
          count++
          const condition = conditionOf(scaler, type)
          // An HPA at zero replicas is not active, and is to be so.
          if (condition?.status === 'False' && condition.reason !== 'ScalingDisabled')
            return failed(`${nameOf(scaler)}: ${condition.reason}: ${condition.message}`)
        }
      }
      return count === 0 ? notApplicable('the Fleet has none') : ok(`${count} autoscalers`)
    },
  },
  {
    id: 'cluster.routes',
    targets,
    what: 'routes and inference services are accepted',
    why: 'A route that its gateway does not accept leads nowhere; a service that its controller refuses makes no pods.',
    how: 'conditions that controllers wrote on HTTPRoutes, Gateways, InferencePools, InferenceServices and LLMInferenceServices',
    mend: 'Look at the message; most often the gateway class or a reference is wrong.',
    command: 'kubectl describe httproute,gateway -n {namespace}',
    after: ['cluster.kinds'],
    look: async (place) => {
      const kinds = new Map(
        place.objects
          .filter(({ kind }) => /^(?:HTTPRoute|Gateway|InferencePool|InferenceService|LLMInferenceService)$/.test(kind))
          .map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
      )
      if (kinds.size === 0) return notApplicable('none is rendered')
      let count = 0
      for (const { apiVersion, kind } of kinds.values()) {
        for (const object of await place.list(apiVersion, kind, { ofFleet: true })) {
          count++
          const parents = listAt(object, 'status', 'parents').flatMap((parent) => conditionsOf({ status: parent }))
          const bad = conditionsOf(object)
            .concat(parents)
            .find(
              ({ type, status }) =>
                status === 'False' && /^(?:Accepted|ResolvedRefs|Programmed|Ready|PredictorReady)$/.test(type),
            )
          if (bad !== undefined) return failed(`${nameOf(object)}: ${bad.type} is False: ${bad.reason}: ${bad.message}`)
        }
      }
      return count === 0 ? notApplicable('none is there yet') : ok(`${count} objects`)
    },
  },
  {
    id: 'cluster.load-balancer',
    targets,
    what: 'Services of type LoadBalancer have an address',
    why: 'Clients outside the cluster reach nothing without.',
    how: 'status of the Fleet’s Services',
    mend: 'Install what hands out addresses (MetalLB, a cloud’s controller), or take another type of Service.',
    command: 'kubectl get services -n {namespace}',
    after: ['cluster.namespace'],
    look: async (place) => {
      const services = (await place.list('v1', 'Service', { ofFleet: true })).filter(
        (service) => textAt(service, 'spec', 'type') === 'LoadBalancer',
      )
      if (services.length === 0) return notApplicable('the Fleet has none')
      const open = services.filter((service) => listAt(service, 'status', 'loadBalancer', 'ingress').length === 0)
      return open.length === 0
        ? ok(`${services.length} Services`)
        : failed(`${open.map(nameOf).join(', ')} ${open.length === 1 ? 'waits' : 'wait'} for an address`)
    },
  },
  {
    id: 'cluster.network-policies',
    targets,
    what: 'something enforces network policies',
    why: 'Without it the policies that are rendered stand there, and everybody reaches engines past the gateway.',
    how: 'DaemonSets of networks that are known to enforce them',
    mend: 'Install a network that does, such as Calico or Cilium.',
    command: 'kubectl get daemonsets --all-namespaces',
    after: ['cluster.version'],
    look: async (place) => {
      if (!place.objects.some(({ kind }) => kind === 'NetworkPolicy')) return notApplicable('none is rendered')
      const sets = await place.list('apps/v1', 'DaemonSet', { everywhere: true })
      const found = sets.find(({ metadata }) => enforcers.test(metadata.name))
      if (found !== undefined) return ok(found.metadata.name)
      const version = await place.cluster.serverVersion()
      if (version.includes('k3s')) return ok('k3s brings a controller of its own')
      return warning('no network that is known to enforce them is there')
    },
  },
  {
    id: 'cluster.certificate',
    targets,
    what: 'the certificate holds',
    why: 'Clients refuse one that has ended or is for another name.',
    how: 'tls.crt of the Secrets that Ingresses and Gateways name: its end, and the names in it',
    mend: 'Renew it, or look at the Certificate of cert-manager.',
    command: 'kubectl get certificates -n {namespace}',
    after: ['cluster.namespace'],
    look: async ({ objects, cluster, namespace, now }) => {
      const wanted = certificatesOf(objects)
      if (wanted.length === 0) return notApplicable('no certificate is named')
      for (const { secret, hosts } of wanted) {
        const found = await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret })
        const text = textAt(found, 'data', 'tls.crt')
        if (text === '')
          return failed(
            `Secret ${secret} ${found === undefined ? 'is not there' : 'has no tls.crt'} yet`,
            'Look at the Certificate of cert-manager, or make the Secret.',
          )
        const problem = problemOf(Buffer.from(text, 'base64'), hosts, now())
        if (problem !== undefined)
          return problem.isNear
            ? warning(`Secret ${secret}: ${problem.text}`)
            : failed(`Secret ${secret}: ${problem.text}`)
      }
      return ok(wanted.map(({ secret }) => secret).join(', '))
    },
  },
  {
    id: 'cluster.dns',
    targets,
    what: 'the host names of the Fleet are known in DNS',
    why: 'Clients look them up.',
    how: 'looks each up from this machine, and compares with the address of the Ingress where it has one',
    mend: 'Add a record that leads to the address of the Ingress or Gateway.',
    command: 'kubectl get ingress,gateway -n {namespace}',
    after: ['cluster.version'],
    look: async (place) => {
      const hosts = [...new Set(hostsOf(place.objects))]
      if (hosts.length === 0) return notApplicable('the Fleet names none')
      const entrances = place.objects.some(({ kind }) => kind === 'Ingress')
        ? await place.list('networking.k8s.io/v1', 'Ingress', { ofFleet: true })
        : []
      const addresses = entrances
        .flatMap((each) => listAt(each, 'status', 'loadBalancer', 'ingress').map((part) => textAt(part, 'ip')))
        .filter((ip) => ip !== '')
      for (const host of hosts) {
        const found = await place.machine.lookUp(host)
        if (found.length === 0) return failed(`${host} is not known`)
        if (addresses.length > 0 && !found.some((each) => addresses.includes(each)))
          return warning(`${host} is ${found.join(', ')}, and the Ingress is at ${addresses.join(', ')}`)
      }
      return ok(hosts.join(', '))
    },
  },
]

/** Secrets with certificates, and the hosts that they are for. */
function certificatesOf(objects: readonly KubernetesObject[]): { secret: string; hosts: string[] }[] {
  const ofIngresses = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap((object) =>
      listAt(object, 'spec', 'tls').map((tls) => ({
        secret: textAt(tls, 'secretName'),
        hosts: [partAt(tls, 'hosts')].flat().filter((host) => typeof host === 'string'),
      })),
    )
  const ofGateways = objects
    .filter(({ kind }) => kind === 'Gateway')
    .flatMap((object) =>
      listAt(object, 'spec', 'listeners').flatMap((listener) =>
        listAt(listener, 'tls', 'certificateRefs').map((reference) => ({
          secret: textAt(reference, 'name'),
          hosts: [textAt(listener, 'hostname')].filter((host) => host !== ''),
        })),
      ),
    )
  return ofIngresses.concat(ofGateways).filter(({ secret }) => secret !== '')
}

/** What is wrong with a certificate; undefined where it holds. */
function problemOf(pem: Buffer, hosts: readonly string[], now: Date): { text: string; isNear: boolean } | undefined {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    return { text: 'tls.crt is no certificate', isNear: false }
  }
  const endsAt = Date.parse(certificate.validTo)
  if (endsAt <= now.getTime()) return { text: `it ended on ${certificate.validTo}`, isNear: false }
  const other = hosts.find((host) => certificate.checkHost(host) === undefined)
  if (other !== undefined)
    return {
      text: `it is not for ${other} but for ${certificate.subjectAltName ?? certificate.subject}`,
      isNear: false,
    }
  return endsAt - now.getTime() < soonMs ? { text: `it ends on ${certificate.validTo}`, isNear: true } : undefined
}

const hostsOf = (objects: readonly KubernetesObject[]) =>
  objects
    .filter(({ kind }) => /^(?:Ingress|HTTPRoute|IngressRoute)$/.test(kind))
    .flatMap((object) =>
      listAt(object, 'spec', 'rules')
        .map((rule) => textAt(rule, 'host'))
        .concat(
          partsWhere(object, (part) => Array.isArray(part['hostnames'])).flatMap(
            ({ hostnames }) => hostnames as string[],
          ),
        ),
    )
    .filter((host) => host !== '' && !host.startsWith('*'))

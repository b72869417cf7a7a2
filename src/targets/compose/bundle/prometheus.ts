import { alertRules, recordingRules } from '../../../observe/index.ts'
import { factsFor } from '../../../engines/index.ts'
import type { Fleet } from '../../../fleet/index.ts'
import { factsEngine } from '../../../plan/index.ts'
import { enginePorts, gatewayPorts, imageAt, writeYaml, type EngineService } from '../../rendering/index.ts'
import { always, locked, profiles, pullPolicy } from '../defaults.ts'
import { keyFileIn } from '../host-key.ts'
import type { HostLayout, MainLayout } from '../layout.ts'
import { serviceNames } from '../names.ts'
import { joining, networks } from '../networks.ts'
import { hostAuthorities } from '../publish-engines.ts'
import { secretMounts, type SecretFile } from '../secret-files.ts'
import type { ComposeService, Mount, ProjectPart, ServiceEntry } from '../types.ts'
import { bundleImages } from './images.ts'

const folder = './prometheus'
const volume = 'prometheus'
const port = 9090
const gpuExporterPort = 9400

/** Prometheus with our rules, scraping the gateway, every replica and the GPUs. */
export function prometheusPart(layout: MainLayout): ProjectPart {
  const { fleet, engines } = layout
  if (!fleet.targets.compose.bundle.includes('prometheus')) return { services: [] }
  const hasGpus = engines.some(({ gpus }) => gpus > 0)
  const keys = secretMounts(layout.hosts.flatMap((host) => scrapeKey(host) ?? []))
  const service: ComposeService = {
    image: imageAt(bundleImages.prometheus, fleet),
    profiles: [profiles.observability],
    ...pullPolicy(fleet),
    command: [
      '--config.file=/etc/prometheus/prometheus.yaml',
      '--storage.tsdb.path=/prometheus',
      '--storage.tsdb.retention.time=30d',
    ],
    restart: 'unless-stopped',
    stop_grace_period: '1m',
    ...(keys.length === 0 ? {} : { secrets: keys }),
    volumes: [mounted(folder, '/etc/prometheus'), { type: 'volume', source: volume, target: '/prometheus' }],
    ports: [`127.0.0.1:${port}:${port}`],
    networks: joining(networks.engines, networks.observability),
    healthcheck: {
      test: ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}/-/ready`],
      interval: '30s',
      timeout: '5s',
      retries: 3,
      start_period: '2m',
      start_interval: '2s',
    },
    ...locked,
  }
  return {
    services: [
      {
        name: serviceNames.prometheus,
        service,
        comments: [{ path: ['ports'], text: 'Loopback: Prometheus asks nobody for a password.' }],
      },
      ...(hasGpus ? [gpuExporter(fleet)] : []),
    ],
    volumes: [volume],
    files: [
      { path: 'prometheus/prometheus.yaml', text: configuration(layout, hasGpus) },
      ...(fleet.observe.alerts ? [{ path: 'prometheus/rules.yaml', text: rulesOf(layout, hasGpus) }] : []),
    ],
  }
}

/** A folder beside the Compose file, read-only. */
export const mounted = (source: string, target: string): Mount => ({
  type: 'bind',
  source,
  target,
  read_only: true,
  bind: { create_host_path: false },
})

/** NVIDIA’s exporter, which sees every GPU of the host. */
function gpuExporter(fleet: Fleet): ServiceEntry {
  const service: ComposeService = {
    image: imageAt(bundleImages.gpuExporter, fleet),
    profiles: [profiles.observability],
    ...pullPolicy(fleet),
    restart: 'unless-stopped',
    networks: joining(networks.engines),
    deploy: {
      resources: { reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu', 'utility'] }] } },
    },
    cap_add: ['SYS_ADMIN'],
    ...always,
  }
  return {
    name: serviceNames.gpuExporter,
    service,
    comments: [
      {
        path: ['cap_add'],
        text: 'Profiling counters (tensor cores, memory bandwidth) need it; without it the other figures remain.',
      },
    ],
  }
}

const byName = (jobName: string, host: string, ofPort: number) => ({
  job_name: jobName,
  dns_sd_configs: [{ names: [host], type: 'A', port: ofPort, refresh_interval: '15s' }],
})

/** What of an engine is scraped, wherever it runs. */
const metricsOf = ({ metricsPath, model }: EngineService) => ({
  metrics_path: metricsPath,
  // llama.cpp’s own metrics name no model.
  ...(model.engine === 'llamacpp'
    ? { relabel_configs: [{ target_label: 'model_name', replacement: model.name }] }
    : {}),
})

/** Whether an engine with a key asks for it at its metrics too. */
export function isKeyedAtMetrics({ model, metricsPath }: EngineService): boolean {
  const engine = factsEngine(model.engine)
  if (engine === undefined) return false
  return factsFor(engine).endpoints.some(({ path, openWithoutKey }) => path === metricsPath && !openWithoutKey)
}

/** The file with the key that a further host’s metrics ask for; undefined where none does, or the key is a variable. */
export const scrapeKey = ({ engines, secretFiles }: HostLayout): SecretFile | undefined =>
  engines.some(isKeyedAtMetrics) ? keyFileIn(secretFiles) : undefined

/** Replicas on a further host, which have a port each. */
const onHost = (layout: HostLayout) =>
  layout.engines.map((engine) => {
    const key = isKeyedAtMetrics(engine) ? scrapeKey(layout) : undefined
    return {
      job_name: `fairlead-engine-${engine.name}-${layout.host.name}`,
      static_configs: [{ targets: hostAuthorities(engine, layout) }],
      ...(key === undefined ? {} : { authorization: { credentials_file: key.target } }),
      ...metricsOf(engine),
    }
  })

/**
 * Each replica of an engine is a target of its own: Docker’s DNS gives an address for each container of a name; on further hosts
 * each has a port.
 */
function configuration({ fleet, options, gatewayName, engines, namesOf, hosts }: MainLayout, hasGpus: boolean): string {
  const value = {
    global: { scrape_interval: '15s', evaluation_interval: '15s', external_labels: { fleet: fleet.name } },
    ...(fleet.observe.alerts ? { rule_files: ['/etc/prometheus/rules.yaml'] } : {}),
    scrape_configs: [
      ...(!options.gateway ? [] : [byName('fairlead-gateway', gatewayName, gatewayPorts.admin)]),
      ...engines.map((engine) => ({
        ...byName(`fairlead-engine-${engine.name}`, namesOf(engine).host, enginePorts.http),
        ...metricsOf(engine),
      })),
      ...hosts.flatMap(onHost),
      ...(hasGpus
        ? [{ job_name: 'gpus', static_configs: [{ targets: [`${serviceNames.gpuExporter}:${gpuExporterPort}`] }] }]
        : []),
    ],
  }
  return writeYaml(value, [
    {
      path: ['scrape_configs'],
      text: 'Alerts go nowhere until `alerting` names an Alertmanager; Prometheus shows them under /alerts.',
    },
  ])
}

function rulesOf({ fleet, allEngines }: MainLayout, gpus: boolean): string {
  const options = {
    fleet: fleet.name,
    engines: [...new Set(allEngines.map(({ model }) => model.engine))],
    gpus,
  }
  return writeYaml({ groups: [...recordingRules(options), ...alertRules(options)] })
}

import { dashboards } from '../../../observe/index.ts'
import { imageAt, writeYaml } from '../../rendering/index.ts'
import { always, profiles, pullPolicy } from '../defaults.ts'
import type { MainLayout } from '../layout.ts'
import { serviceNames } from '../names.ts'
import { joining, networks } from '../networks.ts'
import type { ProjectPart } from '../types.ts'
import { bundleImages } from './images.ts'
import { mounted } from './prometheus.ts'

const volume = 'grafana'
const port = 3000
/** The secret with the password of Grafana’s admin. */
const grafanaPassword = {
  name: 'grafana-admin-password',
  file: './secrets/grafana-admin-password',
  target: '/run/secrets/grafana-admin-password',
} as const

/** Grafana with our dashboards, asking the project’s Prometheus. */
export function grafanaPart({ fleet, allEngines }: MainLayout): ProjectPart {
  if (!fleet.targets.compose.bundle.includes('grafana')) return { services: [] }
  const boards = fleet.observe.dashboards
    ? dashboards({ fleet: fleet.name, engines: [...new Set(allEngines.map(({ model }) => model.engine))] })
    : []
  return {
    services: [
      {
        name: serviceNames.grafana,
        service: {
          image: imageAt(bundleImages.grafana, fleet),
          profiles: [profiles.observability],
          ...pullPolicy(fleet),
          restart: 'unless-stopped',
          stop_grace_period: '30s',
          environment: {
            GF_SECURITY_ADMIN_PASSWORD__FILE: grafanaPassword.target,
            GF_ANALYTICS_REPORTING_ENABLED: 'false',
            GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
          },
          secrets: [{ source: grafanaPassword.name, target: grafanaPassword.target }],
          volumes: [
            mounted('./grafana/provisioning', '/etc/grafana/provisioning'),
            mounted('./grafana/dashboards', '/var/lib/grafana-dashboards'),
            { type: 'volume', source: volume, target: '/var/lib/grafana' },
          ],
          ports: [`127.0.0.1:${port}:${port}`],
          networks: joining(networks.observability),
          healthcheck: {
            test: ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${port}/api/health`],
            interval: '30s',
            timeout: '5s',
            retries: 3,
            start_period: '2m',
            start_interval: '2s',
          },
          cap_drop: ['ALL'],
          ...always,
        },
      },
    ],
    volumes: [volume],
    secrets: { [grafanaPassword.name]: { file: grafanaPassword.file } },
    files: [
      { path: 'grafana/provisioning/datasources/prometheus.yaml', text: dataSource },
      { path: 'grafana/provisioning/dashboards/fairlead.yaml', text: provider },
      ...boards.map((board) => ({
        path: `grafana/dashboards/${board.uid}.json`,
        text: `${JSON.stringify(board, null, 2)}\n`,
      })),
    ],
  }
}

const dataSource = writeYaml({
  apiVersion: 1,
  datasources: [
    {
      name: 'Prometheus',
      uid: 'prometheus',
      type: 'prometheus',
      access: 'proxy',
      url: `http://${serviceNames.prometheus}:9090`,
      isDefault: true,
      jsonData: { timeInterval: '15s' },
    },
  ],
})

const provider = writeYaml({
  apiVersion: 1,
  providers: [
    {
      name: 'fairlead',
      type: 'file',
      folder: 'Fairlead',
      // Changes made in Grafana would be gone at the next rendering: copy a dashboard to change it.
      allowUiUpdates: false,
      options: { path: '/var/lib/grafana-dashboards' },
    },
  ],
})

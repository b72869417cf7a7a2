import { rate, select, sum } from '../queries/index.ts'
import type { Alert, AlertScope } from './contract.ts'

/** The gateway's own process and configuration. */
export function gatewayAlerts({ only }: AlertScope): readonly Alert[] {
  const build = select('fairlead_build_info', only)
  // Other programs export these names too.
  const ofGateway = `and on (job, instance) ${build}`
  return [
    {
      name: 'FairleadGatewayDown',
      severity: 'critical',
      for: '2m',
      expression: `absent(${build})`,
      summary: 'No gateway is reached',
      description: 'Prometheus has seen no gateway for two minutes: clients most likely get no answer.',
    },
    {
      name: 'FairleadGatewayEventLoopLags',
      severity: 'warning',
      for: '10m',
      expression: `${select('nodejs_eventloop_lag_p99_seconds', only)} > 0.1 ${ofGateway}`,
      summary: 'The gateway {{ $labels.instance }} is overloaded',
      description:
        'Its main thread turns to requests {{ $value | humanizeDuration }} late (p99); every token is late by that.',
    },
    {
      name: 'FairleadGatewayFilesScarce',
      severity: 'warning',
      for: '5m',
      expression: `${select('process_open_fds', only)} / ${select('process_max_fds', only)} > 0.8 ${ofGateway}`,
      summary: 'The gateway {{ $labels.instance }} runs out of file descriptors',
      description: '{{ $value | humanizePercentage }} of them are open; at 100 % it accepts no connection.',
    },
    {
      name: 'FairleadConfigurationRefused',
      severity: 'warning',
      for: '1m',
      expression: `${select('fairlead_gateway_config_last_reload_success', only)} == 0`,
      summary: 'The gateway {{ $labels.instance }} refuses its new configuration',
      description:
        'The Fleet or its keys changed and are invalid: what was in force before still is, and is lost at a restart.',
    },
    {
      name: 'FairleadRetriesDenied',
      severity: 'warning',
      for: '10m',
      expression: `${sum(rate(select('fairlead_gateway_retries_denied_total', only), '5m'), 'model')} > 0`,
      summary: 'The retry budget of {{ $labels.model }} is spent',
      description:
        'So many requests fail at replicas that {{ printf "%.2g" $value }} a second are not tried again (gateway.retry.budget).',
    },
  ]
}

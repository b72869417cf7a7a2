import type { DocumentArtifact, EngineService } from '../../../rendering/index.ts'
import type { KubernetesContext } from '../../context.ts'
import { gpuUseMetric, signalsOf } from './signals.ts'

/** Where the rules lie beside the objects. */
export const adapterPath = 'prometheus-adapter/values.yaml'

/** Rules by which prometheus-adapter serves what HorizontalPodAutoscalers ask for, as values of its Helm chart. */
export function adapterRules(scaled: readonly EngineService[], context: KubernetesContext): DocumentArtifact {
  const signals = scaled.flatMap((service) => signalsOf(service, context)).filter(({ isNeed }) => isNeed)
  const names = (of: 'replicas' | 'model') =>
    [...new Set(signals.filter((each) => each.of === of).map(({ metric }) => metric))].sort()
  const custom = names('replicas').flatMap((metric) => (metric === gpuUseMetric ? gpuRules : [engineRule(metric)]))
  const external = names('model').map((metric) =>
    metric === 'fairlead_queue_length'
      ? {
          seriesQuery: 'fairlead_queue_length{namespace!=""}',
          resources: { overrides: { namespace: { resource: 'namespace' } } },
          name: { as: metric },
          metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
        }
      : {
          seriesQuery: 'fairlead_gateway_ttft_seconds_bucket{namespace!=""}',
          resources: { overrides: { namespace: { resource: 'namespace' } } },
          name: { as: metric },
          metricsQuery: 'histogram_quantile(0.5, sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (le, <<.GroupBy>>))',
        },
  )
  return {
    kind: 'document',
    path: adapterPath,
    value: { prometheus: prometheusOf(context), rules: { default: false, custom, external } },
    comments: [
      {
        path: [],
        text: [
          'Values for the Helm chart of prometheus-adapter, which serves what HorizontalPodAutoscalers ask for:',
          `  helm upgrade --install prometheus-adapter prometheus-community/prometheus-adapter -f ${adapterPath}`,
          'One adapter serves the whole cluster: where there is one, add the rules to its own.',
        ].join('\n'),
      },
    ],
  }
}

const engineRule = (metric: string) => ({
  seriesQuery: `{__name__="${metric.replace('_', ':')}", namespace!="", pod!=""}`,
  resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
  name: { as: metric },
  metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
})

/** With the labels that a scrape without `honorLabels` gives the pods of GPUs, and with those of one that has it. */
const gpuRules = [
  { labels: '{exported_namespace!="", exported_pod!=""}', prefix: 'exported_' },
  { labels: '{exported_pod="", namespace!="", pod!=""}', prefix: '' },
].map(({ labels, prefix }) => ({
  seriesQuery: `${gpuUseMetric}${labels}`,
  resources: {
    overrides: { [`${prefix}namespace`]: { resource: 'namespace' }, [`${prefix}pod`]: { resource: 'pod' } },
  },
  name: { as: gpuUseMetric },
  metricsQuery: 'avg(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
}))

/** Address of Prometheus as the chart takes it. */
function prometheusOf({ settings }: KubernetesContext): { readonly url: string; readonly port: number } {
  const { protocol, hostname, port } = new URL(settings.prometheus)
  return { url: `${protocol}//${hostname}`, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

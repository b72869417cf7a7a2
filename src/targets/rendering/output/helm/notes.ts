import type { ObjectArtifact } from '../../artifact.ts'
import type { ChartFacts } from './chart-facts.ts'

/** What Helm prints after an installation: how to look after it, and where clients call. */
export function notesOf(objects: readonly ObjectArtifact[], { fleet }: ChartFacts): string {
  const gateway = objects.find(
    ({ object }) => object.kind === 'Service' && object.metadata.labels?.['app.kubernetes.io/component'] === 'gateway',
  )
  const name = gateway?.object.metadata.name
  const calls =
    name === undefined
      ? []
      : [
          '',
          'Clients inside the cluster call',
          `  http://${name}.{{ .Release.Namespace }}.svc/v1`,
          'and from here, with a tunnel:',
          `  kubectl --namespace {{ .Release.Namespace }} port-forward service/${name} 8080:http`,
          '  curl http://127.0.0.1:8080/v1/models',
        ]
  return [
    `Fleet ${fleet} is being brought up in namespace {{ .Release.Namespace }}.`,
    '',
    'Models load for minutes. Watch them with',
    `  kubectl --namespace {{ .Release.Namespace }} get pods --selector fairlead.dev/fleet=${fleet} --watch`,
    ...calls,
    '',
  ].join('\n')
}

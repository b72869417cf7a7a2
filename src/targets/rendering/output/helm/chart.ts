import type { Artifact } from '../../artifact.ts'
import { writeYaml } from '../../write-yaml.ts'
import { isObject, pathOf, textOf, type OutputFile } from '../files.ts'
import type { ChartFacts } from './chart-facts.ts'
import { notesOf } from './notes.ts'
import { templateOf } from './template.ts'
import { ChartValues } from './values.ts'

/** A chart: one template for each object, values with a schema, notes (https://helm.sh/docs/topics/charts/). */
export function helmOf(artifacts: readonly Artifact[], facts: ChartFacts): OutputFile[] {
  const values = new ChartValues()
  const objects = artifacts.filter(isObject)
  const templates = objects.map((artifact) => ({
    path: `templates/${pathOf(artifact)}`,
    text: templateOf(artifact, values, facts.namespace),
  }))
  const others = artifacts.filter((artifact) => !isObject(artifact))
  return [
    { path: 'Chart.yaml', text: chartFile(facts) },
    { path: 'values.yaml', text: values.text() },
    { path: 'values.schema.json', text: `${JSON.stringify(values.schema(), null, 2)}\n` },
    { path: '.helmignore', text: '.fairlead-render.json\n' },
    ...templates,
    { path: 'templates/NOTES.txt', text: notesOf(objects, facts) },
    ...others.map((artifact) => ({ path: pathOf(artifact), text: textOf(artifact) })),
  ]
}

function chartFile({ fleet, version }: ChartFacts): string {
  const chart = {
    apiVersion: 'v2',
    name: fleet,
    description: `Fleet ${fleet}: OpenAI-compatible models behind one gateway, rendered by Fairlead`,
    type: 'application',
    version,
    appVersion: version,
    // Of `lifecycle.preStop.sleep`, which every rendered gateway has.
    kubeVersion: '>=1.30.0-0',
  }
  return writeYaml(chart, [
    {
      path: [],
      text: '`fairlead render --target kubernetes --format helm` writes this folder; it is rendered anew, not edited.',
    },
  ])
}

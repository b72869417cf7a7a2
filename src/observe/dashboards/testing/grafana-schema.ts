import { z } from 'zod'
import recorded from './grafana-model.json' with { type: 'json' }

type Kind = keyof typeof recorded.kinds

/** A type of Grafana's own model, as something that parses: what it does not know is an error. */
function grafanaType(kind: Kind, name: string): z.ZodType {
  return z.fromJSONSchema({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $ref: `#/definitions/${name}`,
    definitions: recorded.kinds[kind],
  } as Parameters<typeof z.fromJSONSchema>[0])
}

export const grafanaTypes = {
  dashboard: grafanaType('dashboard', 'Dashboard'),
  prometheusQuery: grafanaType('prometheus', 'Dataquery'),
  timeseriesOptions: grafanaType('timeseries', 'Options'),
  timeseriesField: grafanaType('timeseries', 'FieldConfig'),
  statOptions: grafanaType('stat', 'Options'),
}

import type { SchemaNode } from '../schema-node.ts'
import { unitExpectations, type UnitName } from '../schema/units.ts'
import type { FleetRule } from './rules.ts'

/** The texts that `schema/units.ts` reads, as patterns of RE2. */
const patterns: Readonly<Record<UnitName, string>> = {
  duration: '^([0-9]+([.][0-9]+)?(ms|s|m|h|d))+$',
  bytes: '^[0-9]+([.][0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$',
  tokens: '^[0-9]+([.][0-9]+)?[kKmM]?$',
  cpus: '^[0-9]+([.][0-9]+)?m?$',
}

/** An amount is written as its unit is; none for other nodes. */
export function unitRule(node: SchemaNode): Omit<FleetRule, 'at'>[] {
  const unit = node['x-fairlead-kind']
  if (unit === undefined || unit === 'secret') return []
  const matches = `self.matches('${patterns[unit]}')`
  const rule = node.anyOf === undefined ? matches : `type(self) == int ? self >= 0 : ${matches}`
  return [{ rule, message: `expected ${unitExpectations[unit]}` }]
}

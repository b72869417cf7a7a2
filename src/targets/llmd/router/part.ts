import type { PartOfFleet } from '../../rendering/cluster/index.ts'
import type { ModelPool } from '../pools/index.ts'

/** Of which part of the Fleet the objects in front of a model are. */
export const routerPart = ({ modelLabel }: ModelPool): PartOfFleet => ({ component: 'router', model: modelLabel })

import { gatewayObjects } from '../../rendering/cluster/index.ts'
import type { ObjectsOf } from '../context.ts'

/** The gateway: its files and its Deployment. */
export const renderGateway: ObjectsOf = (context) => gatewayObjects(context, context.title, context.podAnnotations())

import { gatewayObjects } from '../../rendering/cluster/index.ts'
import { targetTitle, type ObjectsOf } from '../context.ts'
import { scrapeAnnotations } from '../scrape-annotations.ts'

/** The gateway: its files and its Deployment. */
export const renderGateway: ObjectsOf = (context) => gatewayObjects(context, targetTitle, scrapeAnnotations(context))

/**
 * The workloads of a Fleet on Kubernetes, and everything that their pods need.
 */
import type { ObjectsOf } from '../context.ts'
import { renderEngineServices } from './engine-services.ts'
import { renderNamespace } from './namespace.ts'

/** In the order of reading; `apply-order.ts` has the order of applying. */
export const workloads: readonly ObjectsOf[] = [renderNamespace, renderEngineServices]

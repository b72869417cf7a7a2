/** InferenceServices, and the runtimes that they name. */
import type { ObjectsOf } from '../context.ts'
import { renderInferenceServices } from './inference-services.ts'
import { renderRuntimes } from './runtimes.ts'

/** In the order of reading; the order of applying is that of the cluster. */
export const inference: readonly ObjectsOf[] = [renderRuntimes, renderInferenceServices]

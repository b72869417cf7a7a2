import type { InferenceService } from '../../../kubernetes/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../rendering/index.ts'
import { commentsAt } from '../../rendering/cluster/index.ts'
import { enginePart, type KserveContext, type ObjectsOf } from '../context.ts'
import { canaryOf } from './canary.ts'
import { knativeAnnotations, knativeNotes } from './knative.ts'
import { predictorOf } from './predictor.ts'
import { scalingOf } from './scaling.ts'

/** Each kind of replica as an InferenceService. */
export const renderInferenceServices: ObjectsOf = (context) => ({
  objects: context.engines.map((service) => inferenceService(service, context)),
  notes: context.engines.flatMap((service) => [
    ...scalingOf(service, context).notes,
    ...canaryOf(service, context).notes,
    ...(context.isKnative ? knativeNotes(service, predictorOf(service, context).value) : []),
  ]),
})

function inferenceService(service: EngineService, context: KserveContext): ObjectArtifact {
  const { settings, isKnative } = context
  const metadata = context.metadata(context.serviceName(service), enginePart(service))
  const predictor = predictorOf(service, context)
  const scaling = scalingOf(service, context)
  const canary = canaryOf(service, context)
  const object: InferenceService = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        'serving.kserve.io/deploymentMode': settings.mode,
        'serving.kserve.io/enable-prometheus-scraping': 'true',
        ...(isKnative ? knativeAnnotations(service) : {}),
        ...scaling.annotations,
      },
    },
    spec: { predictor: { ...scaling.predictor, ...canary.predictor, ...predictor.value } },
  }
  const comments: Comment[] = [...scaling.comments, ...commentsAt(['spec', 'predictor'], predictor.comments)]
  return { kind: 'object', object, comments }
}

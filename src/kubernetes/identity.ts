/** Who Fairlead is to an API server: the owner of the fields that it applies. */
export const fieldManager = 'fairlead'

/** What an object is for, as `app.kubernetes.io/component` says it. */
export type Component = 'gateway' | 'engine' | 'router' | 'redis' | 'download' | 'images' | 'monitoring' | 'storage'

/** Which part of a Fleet an object belongs to. */
export interface Part {
  readonly fleet: string
  readonly component: Component
  /** Name of the model as an object's name can say it. */
  readonly model?: string
  readonly role?: 'both' | 'prefill' | 'decode'
}

/**
 * Labels by which a controller finds its pods. They never change over the life of an object, since selectors cannot.
 */
export function selectorLabels({ fleet, component, model, role }: Part): Record<string, string> {
  return {
    'app.kubernetes.io/name': component === 'engine' ? 'fairlead-engine' : `fairlead-${component}`,
    'app.kubernetes.io/instance': fleet,
    ...(model === undefined ? {} : { 'fairlead.dev/model': model }),
    ...(role === undefined ? {} : { 'fairlead.dev/role': role }),
  }
}

/** Labels of every object (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/). */
export function objectLabels(part: Part): Record<string, string> {
  return {
    ...selectorLabels(part),
    'app.kubernetes.io/component': part.component,
    'app.kubernetes.io/part-of': 'fairlead',
    'app.kubernetes.io/managed-by': 'fairlead',
    'fairlead.dev/fleet': part.fleet,
  }
}

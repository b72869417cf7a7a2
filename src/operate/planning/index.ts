/**
 * What a Fleet becomes before anything is applied: what is known of its models, what is rendered, what an apply would do.
 */
export { planActions, type PlannedActions } from './plan-actions.ts'
export { readChatTemplates } from './read-chat-templates.ts'
export { readGeometries } from './read-geometries.ts'
export { renderFleet, type RenderedFleet, type RenderFleetOptions } from './render-fleet.ts'
export {
  resolveSources,
  type ResolvedFleet,
  type ResolvedSource,
  type ResolveSourcesContext,
} from './resolve-sources.ts'
export { renderSource, type RenderedFleetSource } from './render-source.ts'

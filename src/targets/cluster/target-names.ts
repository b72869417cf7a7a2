/** The targets whose Fleets are objects of an API server. */
export const clusterTargetNames = ['kubernetes', 'kserve', 'llmd'] as const
/** One of them. */
export type ClusterTargetName = (typeof clusterTargetNames)[number]

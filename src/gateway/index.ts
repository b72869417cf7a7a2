/**
 * The process that clients talk to: one OpenAI-compatible HTTP endpoint in front of the replicas of a Fleet.
 *
 * `data-plane/` is the way of a request (ingress, exchange, upstream, answer) and holds nothing that is not hot;
 * `control/` finds and probes replicas, opens and drains listeners; `routes/` says what there is, as data.
 */
export { runGateway, type GatewayOptions, type RunningGateway } from './run-gateway.ts'
export type { ListenOverride } from './control/listen-address.ts'

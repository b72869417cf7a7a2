/** Whether optimisations happen, shown by real requests through the gateway. */
export { proofs } from './proofs.ts'
export { servingPlace, type GatewayAddress } from './real-place.ts'

/**
 * Scaling of the Fleets whose models follow their load by Fairlead’s own signals: one loop a Fleet (`src/operate/autoscale/`) for
 * as long as this controller leads and the Fleet says so. Everybody else who scales is left alone, and the status says who it is.
 *
 * - `fleet-scalers.ts` begins and ends the loops, `fleet-scaler.ts` is one of them;
 * - `decision-teller.ts` writes what was decided into the Fleet's status;
 * - `scaling-claim.ts` says how it stands, `load-key.ts` has the keys by which gateways tell their load.
 */
export { FleetScalers, type FleetScalersParts } from './fleet-scalers.ts'

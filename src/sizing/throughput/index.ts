/** Speed and money: what the roofline says. */
export { estimateThroughput, type RooflineRequest } from './roofline.ts'
export { estimateStepTime } from './step-time.ts'
export { tokenCost } from './token-cost.ts'

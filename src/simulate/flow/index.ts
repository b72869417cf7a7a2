/** Where requests wait for a replica, by the gateway's own queue, and what is told of it. */
export { WaitingLine, type Refusal } from './waiting-line.ts'
export { flowFigures } from './flow-figures.ts'

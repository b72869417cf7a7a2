/** What the controller’s objects and its Lease are called. */
export { controllerName } from '../targets/index.ts'

/** Name of the Lease, and of what is installed. */
export const controllerName = 'fairlead-controller'

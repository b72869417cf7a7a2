/** Name of the controller, which its pods have as `app.kubernetes.io/name`: policies let it ask gateways for their load. */
export const controllerName = 'fairlead-controller'

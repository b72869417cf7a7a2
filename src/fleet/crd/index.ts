/**
 * The Fleet as a custom resource of Kubernetes: its definition, made from the schema of Fleet files, with the rules that an API
 * server can judge by itself.
 */
export { fleetCrd, type CustomResourceDefinition } from './definition.ts'

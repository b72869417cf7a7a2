/**
 * Chart repositories: what they have, and its files.
 */
export { ChartRepositories } from './chart-repository.ts'

/**
 * What others know of names in deployment descriptions: whether models and images exist, and what is like them.
 */
export { askNames, type AskedNames } from './ask-names.ts'

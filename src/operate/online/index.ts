/**
 * What others know of names in deployment descriptions: whether models, images and charts exist, and what is like them.
 */
export { askNames, type AskedNames } from './ask-names.ts'

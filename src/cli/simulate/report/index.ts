/** The report of `fairlead simulate --html`: one page that needs nothing else. */
export { renderReport, type Found } from './page.ts'

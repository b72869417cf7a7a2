/**
 * Requests that are forms with a file: the model is found among the first fields, and the file flows through.
 */
export { collectForm, type FormReceiver } from './collect-form.ts'
export { bodyOf, type FormBody } from './form-body.ts'
export { nameModelInForm, readFormField } from './form-fields.ts'

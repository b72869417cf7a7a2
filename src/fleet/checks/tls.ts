import type { Check } from './check.ts'

/** Who asks for TLS must not get plain HTTP: a warning would be too little. */
export const tlsIsNotServedYet: Check = ({ wrote }) =>
  wrote(['gateway', 'tls'])
    ? [
        {
          path: ['gateway', 'tls'],
          message: 'the gateway serves plain HTTP only, so far',
          suggestion: 'leave it out, listen on 127.0.0.1, and put a proxy that ends TLS in front',
        },
      ]
    : []

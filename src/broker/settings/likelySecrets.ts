import { secretFieldFault } from './secretFields.js';

/** Names of credentials that contain none of the words that settings reject. */
const credentialName = /auth|session|credential|signature|passcode|jwt|hmac|csrf|xsrf/i;
/** The same, for words that occur in other words. */
const credentialWord = /(^|[^a-z])(access|license|otp|pass|pat|pin|sas|sig)($|[^a-z])/i;
/** Names that only select one of several. */
const identifierName =
  /(^|[^a-z])(account|id|org|organization|project|region|team|tenant|workspace)($|[^a-z])/i;
/** A credential with its scheme (RFC 9110 §11.4), such as `Bearer …`. */
const withScheme = /^(basic|bearer|digest|token|apikey)\s+\S/i;
/** How well-known providers begin their keys, and a JSON Web Token. */
const knownKey = new RegExp(
  `(^|[^A-Za-z0-9])(${[
    ...['gh[opsur]_', 'github_pat_', 'glpat-', 'xox[a-z]-', 'sk-', '[prs]k_', 'AKIA', 'AIza', 'ATATT', 'eyJ'],
    ...[
      'ya29\\.',
      'hvs\\.',
      'SG\\.',
      'npm_',
      'hf_',
      'dckr_pat_',
      'figd_',
      'lin_',
      'ntn_',
      'secret_',
      'shp[a-z]{2}_',
    ],
    ...['dapi', 'pat-', 'tskey-'],
  ].join('|')})[\\w.-]{8,}`,
);
const uuid = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/i;
/** Runs of characters without a break. If they mix letters and digits, they are not words. */
const longRuns = /[A-Za-z0-9+/_=]{20,}/g;
/** Longer than identifiers that people choose, in characters. */
const longestIdentifier = 23;

/** Whether a header or a parameter of this name is likely to carry a secret. */
export function isSecretName(name: string): boolean {
  return (
    credentialName.test(name) || credentialWord.test(name) || secretFieldFault(name, 'server') !== undefined
  );
}

/** Whether a header's or a parameter's value is likely to be a secret, whatever its name. */
export function isSecretValue(name: string, value: string): boolean {
  if (withScheme.test(value) || knownKey.test(value)) return true;
  const runs = (value.match(longRuns) ?? []).filter((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
  if (runs.some(({ length }) => length > longestIdentifier)) return true;
  return !identifierName.test(name) && (runs.length > 0 || uuid.test(value));
}

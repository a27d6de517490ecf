import type { DirectGrantName } from '../settings/grant.js';

export type StepName = '1–2' | '3–4' | '5a' | '5b' | '5c' | '6–7' | '8' | '9–10';

/** The ten steps in their order, as the report heads them. */
const withBrowser: readonly (readonly [StepName, string])[] = [
  ['1–2', 'Request without a token'],
  ['3–4', 'Protected resource metadata'],
  ['5a', 'The authorization server'],
  ['5b', 'The client'],
  ['5c', 'The authorization request'],
  ['6–7', 'Consent and callback'],
  ['8', 'The code becomes tokens'],
  ['9–10', 'Call with the token'],
];
/** If the token request is the only step, no browser returns a code. */
const withoutBrowser = withBrowser
  .filter(([step]) => step !== '6–7' && step !== '8')
  .map(([step, title]) => [step, step === '5c' ? 'The token request' : title] as const);
/** What comes after that, the editor does. */
const withEditorAccount = withBrowser
  .slice(0, 3)
  .map(([step, title]) => [step, step === '5a' ? 'The editor’s account' : title] as const);

/** The steps on the way to a token, with their titles; undefined stands for the user's browser. */
export function stepsToToken(grant: DirectGrantName | undefined): ReadonlyMap<StepName, string> {
  if (grant === undefined) return new Map(withBrowser);
  return new Map(grant === 'editorAccount' ? withEditorAccount : withoutBrowser);
}

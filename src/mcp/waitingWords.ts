import type { Translate } from './translate.js';

/** What is waited for. */
type Phase = 'waitingForBrowser' | 'preparing' | 'waitingForConsent' | 'exchangingCode';

/** What a caller's line says while a sign-in goes on; short enough for VS Code to show it whole. */
export function phaseWords(phase: Phase, t: Translate): string {
  switch (phase) {
    case 'waitingForBrowser':
      return t('Waiting for your consent');
    case 'preparing':
      return t('Opening the sign-in page');
    case 'waitingForConsent':
      return t('Waiting for you in the browser');
    case 'exchangingCode':
      return t('Exchanging the code');
  }
}

/** While the user is asked about the first use of a sign-in on this machine. */
export function waitingForFirstUse(t: Translate): string {
  return t('Waiting for your answer in VS Code');
}

/** Before it is known what is to be consented to. */
export function askingHow(t: Translate): string {
  return t('Asking the server how to sign in');
}
